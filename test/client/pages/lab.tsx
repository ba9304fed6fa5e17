/** A page for test/browser: it mounts what a test asks for and shows what comes of it. */
import { PaymentElement } from '@stripe/react-stripe-js';
import { loadStripe } from '@stripe/stripe-js';
import { type ReactNode, StrictMode, Suspense } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { mountEmbed } from '../../../src/client/embeds.js';
import { type CustomerSessionSource, createCustomerSessionSource } from '../../../src/client/index.js';
import { CustomerSessionElements, useCustomerSession } from '../../../src/client/react.js';

const place = document.querySelector('#root') as HTMLElement;
const errors: string[] = [];
const stripe = loadStripe('pk_test_fake');

function newSource(): CustomerSessionSource {
  return createCustomerSessionSource('/customer-session', { onError: ({ code }) => errors.push(code) });
}

function Status({ source, suspense }: { source: CustomerSessionSource | null; suspense?: boolean }) {
  const { status, session, error, refresh } = useCustomerSession(source, { suspense });
  return (
    <p className="status">
      {status} {session?.clientSecret ?? 'none'} {error?.code ?? 'fine'}{' '}
      <button type="button" onClick={() => void refresh()}>
        Try again
      </button>
    </p>
  );
}

function Checkout({ source, children }: { source: CustomerSessionSource | null; children?: ReactNode }) {
  const options = { mode: 'payment', amount: 1200, currency: 'eur' } as const;
  return (
    <CustomerSessionElements
      source={source}
      stripe={stripe}
      options={options}
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

let root: Root | undefined;
let source = newSource();

const show = (page: ReactNode) => {
  root ??= createRoot(place);
  root.render(page);
};

const lab = {
  errors,
  newSource: () => {
    source = newSource();
  },
  source: () => source,
  ten: () => show(Array.from({ length: 10 }, (_, index) => <Status key={String(index)} source={source} />)),
  strict: () =>
    show(
      <StrictMode>
        <Status source={source} />
        <Checkout source={source} />
      </StrictMode>,
    ),
  status: () => show(<Status source={source} />),
  checkout: () => show(<Checkout source={source} />),
  guest: () => show(<Checkout source={null} />),
  suspense: () =>
    show(
      <StrictMode>
        <Suspense fallback={<p className="waiting">Suspended</p>}>
          <Status source={source} suspense />
          <Status source={source} suspense />
        </Suspense>
      </StrictMode>,
    ),
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
