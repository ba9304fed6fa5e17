import type { CustomerSessionError } from './errors.js';
import { ask, type CustomerSession, type FetchCustomerSessionOptions } from './fetch.js';

export interface CustomerSessionSourceOptions
  extends Omit<FetchCustomerSessionOptions, 'signal' | 'timeoutMs'> {
  /**
   * What a buyer waits at most, retries and their pauses included; then the page goes on without saved cards.
   * Milliseconds, default 5000.
   */
  timeoutMs?: number | undefined;
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
  readonly session: CustomerSession | null;
  /** Why there is none, or why the last renewal failed while the session at hand is still good. */
  readonly error: CustomerSessionError | null;
}

export interface CustomerSessionSource {
  /**
   * A session, or `null` when none could be had: it never rejects. Calls at the same time share one request.
   * A session is made anew for each render that asks, unless a subscriber on this page is using one now.
   */
  readonly get: () => Promise<CustomerSession | null>;
  /** Gives up the request under way, if any, and asks anew. Never rejects. */
  readonly refresh: () => Promise<CustomerSession | null>;
  /** Sign-out: forgets the session, and drops the answers still on their way. Asks for nothing. */
  readonly invalidate: () => void;
  /**
   * Holds a session for as long as it is subscribed: asks for one at once, and for the next when less than a
   * minute is left. The last one to leave cancels what is under way and forgets the session.
   */
  readonly subscribe: (listener: () => void) => () => void;
  /** The state that subscribers are told of; the same object until it changes. */
  readonly getSnapshot: () => CustomerSessionState;
}

/** What a buyer waits for a session at most, in milliseconds. */
export const TOTAL_MS = 5_000;
const RENEW_BEFORE_MS = 60_000;
// One timer for half an hour would not count the hours that a laptop sleeps: look at the clock now and then.
const LOOK_EVERY_MS = 15_000;

/**
 * A source of Customer Sessions for one page: make it once, outside of what renders. It keeps a session in memory
 * only, and only while something on the page uses it.
 *
 * @param url where the router is mounted, for example `/customer-session`.
 */
export function createCustomerSessionSource(
  url: string | URL,
  options: CustomerSessionSourceOptions = {},
): CustomerSessionSource {
  return new Source(url, options);
}

class Source implements CustomerSessionSource {
  readonly #url: string | URL;
  readonly #options: CustomerSessionSourceOptions;
  readonly #listeners = new Set<() => void>();
  #state: CustomerSessionState = { status: 'loading', session: null, error: null };
  // The newest request, while it is under way, and what cancels it.
  #flight: Promise<CustomerSession | null> | undefined;
  #controller: AbortController | undefined;
  // Subscribers, and calls under way: the session is forgotten when the last one leaves.
  #users = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(url: string | URL, options: CustomerSessionSourceOptions) {
    this.#url = url;
    this.#options = options;
  }

  getSnapshot = (): CustomerSessionState => this.#state;

  get = async (): Promise<CustomerSession | null> =>
    this.#timeLeft() > RENEW_BEFORE_MS ? this.#state.session : this.#use(this.#flight ?? this.#load());

  refresh = (): Promise<CustomerSession | null> => this.#use(this.#load());

  invalidate = (): void => this.#forget('idle');

  subscribe = (listener: () => void): (() => void) => {
    const own = () => listener();
    this.#listeners.add(own);
    this.#users++;
    // Who comes during an outage is not one more question: `unavailable` is answered once for all.
    if (!this.#flight && !this.#state.session && !this.#state.error) void this.#load();
    return () => {
      // Later, because StrictMode leaves and comes back within one task.
      if (this.#listeners.delete(own)) setTimeout(this.#leave);
    };
  };

  async #use(flight: Promise<CustomerSession | null>): Promise<CustomerSession | null> {
    this.#users++;
    const session = await flight;
    this.#leave();
    return session;
  }

  #leave = (): void => {
    if (!--this.#users) this.#forget('loading');
  };

  #forget(status: 'idle' | 'loading'): void {
    this.#stop();
    this.#flight = undefined;
    this.#change(status);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#controller?.abort();
  }

  #load(): Promise<CustomerSession | null> {
    this.#stop();
    this.#controller = new AbortController();
    const options = { ...this.#options, signal: this.#controller.signal };
    const flight: Promise<CustomerSession | null> = ask(this.#url, options, {
      attempts: 3,
      defaultMs: TOTAL_MS,
    })
      .then(
        (session) => () => this.#change('ready', session),
        (error) => () => this.#fail(error),
      )
      .then((land) => {
        // Only the newest request may change anything. Who waits for one that was overtaken gets the newest answer.
        if (this.#flight !== flight) return this.#flight ?? null;
        this.#flight = undefined;
        land();
        return this.#state.session;
      });
    this.#flight = flight;
    this.#timer = setInterval(this.#look, LOOK_EVERY_MS);
    if (this.#state.status === 'idle') this.#change('loading');
    return flight;
  }

  #fail(error: CustomerSessionError): void {
    const { session } = this.#state;
    if (session && error.code === 'unauthenticated') this.#change('idle');
    else if (this.#timeLeft() > 0) this.#change('ready', session, error);
    else this.#change('unavailable', null, error);
    try {
      this.#options.onError?.(error);
    } catch {
      // The host's hook may not stop a checkout.
    }
  }

  #look = (): void => {
    if (this.#timeLeft() < RENEW_BEFORE_MS && !this.#flight) void this.#load();
  };

  // Without a session NaN, which is neither more nor less than anything.
  #timeLeft(): number {
    return (this.#state.session?.expiresAt ?? Number.NaN) - Date.now();
  }

  #change(
    status: CustomerSessionState['status'],
    session: CustomerSession | null = null,
    error: CustomerSessionError | null = null,
  ): void {
    this.#state = { status, session, error };
    for (const listener of this.#listeners) listener();
  }
}
