import type { Stripe } from './target.js';

/** One thing that Stripe does, and how to see whether another does it. */
export interface Behaviour {
  /** A sentence that is true of Stripe. */
  readonly does: string;
  /** Asks, and gives what is to be compared as plain JSON. */
  readonly observe: (stripe: Stripe) => Promise<unknown>;
  /** What Stripe gives, by its documents. */
  readonly stripe: unknown;
}
