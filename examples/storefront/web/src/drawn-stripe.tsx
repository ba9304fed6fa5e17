import type { Stripe } from '@stripe/stripe-js';
import { createRoot, type Root } from 'react-dom/client';
import type { Card } from '../../shapes.js';
import { claim } from './api.js';
import { Drawing } from './drawing.js';

/**
 * Stands in for what Stripe.js gives, where there is no key for it: react-stripe-js mounts the drawing by it as it
 * mounts Stripe's own Payment Element, and updates it with a renewed session.
 */
export function drawnStripe(): Stripe {
  const parts = {
    elements: (options: SessionOption = {}) => new DrawnElements(options),
    createToken: notDrawn,
    createPaymentMethod: notDrawn,
    confirmCardPayment: notDrawn,
  };
  return parts as unknown as Stripe;
}

interface SessionOption {
  customerSessionClientSecret?: string;
}

/** What the drawing reads. It knows the customer by the secret alone, as the Payment Element does. */
export interface CardSource {
  subscribe: (listener: () => void) => () => void;
  /** A new promise with each session; the same one until then. */
  getCards: () => Promise<Card[]>;
}

class DrawnElements implements CardSource {
  readonly #listeners = new Set<() => void>();
  #secret: string | undefined;
  #cards: Promise<Card[]> | undefined;

  constructor({ customerSessionClientSecret }: SessionOption) {
    this.#secret = customerSessionClientSecret;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  // A secret can be claimed once, so not before it is shown.
  getCards = (): Promise<Card[]> => {
    this.#cards ??= this.#secret === undefined ? Promise.resolve([]) : cardsOf(this.#secret);
    return this.#cards;
  };

  create() {
    return new DrawnElement(this);
  }

  update({ customerSessionClientSecret }: SessionOption): Promise<void> {
    if (customerSessionClientSecret !== undefined && customerSessionClientSecret !== this.#secret) {
      this.#secret = customerSessionClientSecret;
      this.#cards = undefined;
      for (const listener of this.#listeners) listener();
    }
    return Promise.resolve();
  }

  getElement() {
    return null;
  }

  on() {}
}

class DrawnElement {
  readonly #cards: CardSource;
  #root: Root | undefined;

  constructor(cards: CardSource) {
    this.#cards = cards;
  }

  mount(place: Element): void {
    this.#root = createRoot(place);
    this.#root.render(<Drawing source={this.#cards} />);
  }

  destroy(): void {
    const root = this.#root;
    // React does not take a root away while it renders another.
    setTimeout(() => root?.unmount());
  }

  update() {}
  on() {}
  off() {}
}

const cardsOf = (secret: string) => claim(secret).then(({ cards }) => cards);

function notDrawn(): never {
  throw new Error('The drawing takes no payments.');
}
