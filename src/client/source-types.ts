import type { CustomerSession } from './answer.js';
import type { CustomerSessionError } from './errors.js';
import type { FetchCustomerSessionOptions } from './fetch.js';

/** What the server's session object gives with `toAnswer()`; `expires_at` in seconds since the epoch. */
export interface CustomerSessionAnswer {
  /** The secret, for Stripe.js's `customerSessionClientSecret`. */
  client_secret: string;
  /** When the session ends, in seconds since the epoch. */
  expires_at: number;
}

/** Options of `createCustomerSessionSource`. All have defaults. */
export interface CustomerSessionSourceOptions
  extends Omit<FetchCustomerSessionOptions, 'signal' | 'timeoutMs'> {
  /**
   * What a buyer waits at most, retries and their pauses included; then the page goes on without saved cards.
   * Milliseconds, default 5000.
   */
  timeoutMs?: number | undefined;
  /**
   * A session that came with the page, or with its intent: what `session.toAnswer()` of `customerSessionIssuer` gave.
   * The first render takes it and asks for nothing. `null`, `undefined` and one that has ended are as if there were
   * none. Default: none.
   */
  initial?: CustomerSessionAnswer | null | undefined;
  /**
   * Who is signed in: any string of yours, for example the user's id. It stays on this page. A source that is made
   * with another one than the last source of the same `url` does what `invalidate()` does, so that no tab goes on with
   * the former user's session. Default: unknown.
   */
  user?: string | undefined;
  /** Told why there is no session, `no_customer` included, once per failure; not told of what you cancelled. */
  onError?: ((error: CustomerSessionError) => void) | undefined;
}

/** What a source holds just now; each change is a new object. */
export interface CustomerSessionState {
  /**
   * `loading`: no answer yet. `ready`: a session. `unavailable`: none could be had, go on without.
   * `idle`: signed out, by `invalidate()` or a renewal that met a 401; nothing is asked until somebody does.
   */
  readonly status: 'loading' | 'ready' | 'unavailable' | 'idle';
  /** The session at hand; `null` while there is none. */
  readonly session: CustomerSession | null;
  /** Why there is none, or why the last renewal failed while the session at hand is still good. */
  readonly error: CustomerSessionError | null;
  /** Whether another session is being asked for while `ready` or `unavailable` is what there is. */
  readonly refreshing: boolean;
  /** How often this source was signed out. What was drawn for another number belongs to a former user. */
  readonly signOuts: number;
}

/** What `createCustomerSessionSource` gives. Its functions may be passed on without the object. */
export interface CustomerSessionSource {
  /**
   * A session, or `null` when none could be had: it never rejects. Calls at the same time share one request.
   * A session is made anew for each render that asks, unless one was preloaded, or a subscriber on this page is using
   * one now.
   */
  readonly get: () => Promise<CustomerSession | null>;
  /** Asks now for what the next `get()` or subscriber takes, for example while Stripe.js loads. */
  readonly preload: () => void;
  /** Gives up the request under way, if any, and asks anew. Never rejects. */
  readonly refresh: () => Promise<CustomerSession | null>;
  /**
   * Sign-out: forgets the session and gives up what is under way, in this source and in those of the same address in
   * every tab of the site. Asks for nothing.
   */
  readonly invalidate: () => void;
  /**
   * Holds a session for as long as it is subscribed: asks for one at once, and for the next when less than a minute
   * is left. The last one to leave gives up what is under way and forgets the session.
   */
  readonly subscribe: (listener: () => void) => () => void;
  /** The state that subscribers are told of; the same object until it changes. */
  readonly getSnapshot: () => CustomerSessionState;
}
