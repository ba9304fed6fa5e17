/** A page for test/browser: it mounts what a test asks for and shows what comes of it. */
import { PaymentElement } from '@stripe/react-stripe-js';
import { loadStripe } from '@stripe/stripe-js';
import { type ReactNode, StrictMode, useState } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { mountEmbed } from '../../../src/client/embeds.js';
import {
  type CustomerSession,
  type CustomerSessionSource,
  type CustomerSessionSourceOptions,
  type CustomerSessionState,
  createCustomerSessionSource,
} from '../../../src/client/index.js';
import { CustomerSessionElements, useCustomerSession } from '../../../src/client/react.js';

const URL = '/customer-session';
const place = document.querySelector('#root') as HTMLElement;
const errors: string[] = [];
const stripe = loadStripe('pk_test_fake');

type ReactSource = Parameters<typeof useCustomerSession>[0];

function newSource(options: CustomerSessionSourceOptions = {}): CustomerSessionSource {
  return createCustomerSessionSource(URL, { onError: ({ code }) => errors.push(code), ...options });
}

function Status({ source }: { source: ReactSource }) {
  const { status, session, error, refreshing, refresh } = useCustomerSession(source);
  return (
    <p className="status">
      {status} {session?.clientSecret ?? 'none'} {error?.code ?? 'fine'}{' '}
      {refreshing ? 'refreshing' : 'settled'}{' '}
      <button type="button" onClick={() => void refresh()}>
        Try again
      </button>
    </p>
  );
}

interface CheckoutProps {
  source: ReactSource;
  waitMs?: number | undefined;
  children?: ReactNode;
}

function Checkout({ source, waitMs, children }: CheckoutProps) {
  const options = { mode: 'payment', amount: 1200, currency: 'eur' } as const;
  return (
    <CustomerSessionElements
      source={source}
      stripe={stripe}
      options={options}
      waitMs={waitMs}
      fallback={<p className="waiting">Looking for your cards</p>}
    >
      <label>
        Name on the card <input id="name" />
      </label>
      <PaymentElement />
      {children}
    </CustomerSessionElements>
  );
}

/** One source per user, as the recipe has it: `window.become` changes who is signed in. */
function Shop({ users }: { users: Record<string, CustomerSessionSource> }) {
  const [user, setUser] = useState('ada');
  Object.assign(window, { become: setUser });
  return <Checkout source={users[user] ?? null} />;
}

/** Somebody else's source: an object of a class, with no more than the documented methods and state. */
class OwnSource {
  #state = { status: 'loading', session: null, error: null } as unknown as CustomerSessionState;
  #listeners = new Set<() => void>();

  getSnapshot() {
    return this.#state;
  }

  subscribe(listener: () => void) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async refresh() {
    this.become({
      status: 'ready',
      session: { clientSecret: 'cuss_secret_own_fresh', expiresAt: new Date() },
    });
    return this.#state.session;
  }

  become(state: { status: string; session: CustomerSession | null }) {
    this.#state = { error: null, ...state } as unknown as CustomerSessionState;
    for (const listener of this.#listeners) listener();
  }
}

let root: Root | undefined;
let source = newSource();
let users: Record<string, CustomerSessionSource> = {};

const show = (page: ReactNode) => {
  root ??= createRoot(place);
  root.render(page);
};

const lab = {
  errors,
  newSource: (options?: CustomerSessionSourceOptions) => {
    source = newSource(options);
  },
  source: () => source,
  ownSource: () => new OwnSource(),
  ten: () => show(Array.from({ length: 10 }, (_, index) => <Status key={String(index)} source={source} />)),
  strict: () =>
    show(
      <StrictMode>
        <Status source={source} />
        <Checkout source={source} />
      </StrictMode>,
    ),
  status: () => show(<Status source={source} />),
  checkout: (other: ReactSource = source, waitMs?: number) =>
    show(<Checkout source={other} waitMs={waitMs} />),
  own: (own: OwnSource) =>
    show(
      <Checkout source={own}>
        <Status source={own} />
      </Checkout>,
    ),
  guest: () => show(<Checkout source={null} />),
  shop: (strict: boolean) => {
    users = { ada: newSource(), bob: newSource() };
    show(
      strict ? (
        <StrictMode>
          <Shop users={users} />
        </StrictMode>
      ) : (
        <Shop users={users} />
      ),
    );
  },
  preload: (user: string) => users[user]?.preload(),
  users: () => users,
  hydrate: () => {
    root = hydrateRoot(place, <Checkout source={source} />);
  },
  unmount: () => {
    root?.unmount();
    root = undefined;
  },
  embed: (id: string) => mountEmbed(document.querySelector(id) as HTMLTemplateElement, source),
  defineEmbeds: () => {
    for (const name of ['stripe-pricing-table', 'stripe-buy-button'])
      customElements.define(name, embedClass());
  },
  seen: [] as string[],
};

// Reads its attributes once, when it is upgraded, as an element may.
function embedClass() {
  return class extends HTMLElement {
    constructor() {
      super();
      const attributes = this.getAttributeNames().map((name) => `${name}=${this.getAttribute(name)}`);
      lab.seen.push(`${this.localName} ${attributes.join(' ')}`);
    }
  };
}

Object.assign(window, { lab });
