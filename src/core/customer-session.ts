import { inspect } from 'node:util';
import type { RateLimitState } from './types.js';

/** A session as it is on its way to an answer. */
export interface Session {
  readonly clientSecret: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** The id that was resolved. */
  readonly customer: string;
  /** The `cus_…` of Stripe's answer, where it has one. */
  readonly customerId: string | undefined;
  readonly rateLimit?: RateLimitState | undefined;
}

/** What `toAnswer()` gives, for your route's JSON; the front end's `initial` takes it. */
export interface CustomerSessionAnswer {
  /** The secret, for Stripe.js's `customerSessionClientSecret`. */
  client_secret: string;
  /** Seconds since the epoch. */
  expires_at: number;
}

const MASK = '[CustomerSession]';

/**
 * A session from `issue()`. Printing it or turning it into JSON gives a mask, so that a log line or a forgotten
 * `toAnswer()` hands out no secret.
 */
export class CustomerSession {
  readonly #session: Session;

  /** Made by `issue()` only. */
  constructor(session: Session) {
    this.#session = session;
  }

  /** The secret, for Stripe.js's `customerSessionClientSecret`. */
  get clientSecret(): string {
    return this.#session.clientSecret;
  }

  /** When it ends. */
  get expiresAt(): Date {
    return new Date(this.#session.expiresAt * 1000);
  }

  /** The customer that it is for: `cus_…` or `acct_…`, as it was resolved. */
  get customer(): string {
    return this.#session.customer;
  }

  /** For the JSON of your route: `res.json({ customer_session: session.toAnswer() })`. */
  toAnswer(): CustomerSessionAnswer {
    return { client_secret: this.#session.clientSecret, expires_at: this.#session.expiresAt };
  }

  /** A mask: a route that forgot `toAnswer()` hands out no secret. */
  toJSON(): string {
    return MASK;
  }

  /** @internal */
  [inspect.custom](): string {
    return MASK;
  }
}
