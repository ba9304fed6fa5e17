import { type CustomerSession, readSession } from './answer.js';
import { CustomerSessionError, mayPass } from './errors.js';
import { isPage, listenToPage, tellSignOut, tellUser } from './page.js';
import { requestPatiently } from './retry.js';
import type {
  CustomerSessionAnswer,
  CustomerSessionSource,
  CustomerSessionSourceOptions,
  CustomerSessionState,
} from './source-types.js';

// What a buyer waits for a session at most.
const TOTAL_MS = 5_000;
const RENEW_BEFORE_MS = 60_000;
const EMPTY: CustomerSessionState = {
  status: 'loading',
  session: null,
  error: null,
  refreshing: false,
  signOuts: 0,
};

/**
 * A source of Customer Sessions for one page: make it once, outside of what renders. It keeps a session in memory
 * only, and only while something on the page uses it.
 *
 * @param url where the router is mounted, for example `/customer-session`.
 * @throws {TypeError} for an `initial` that `toAnswer()` did not give.
 */
export function createCustomerSessionSource(
  url: string | URL,
  options: CustomerSessionSourceOptions = {},
): CustomerSessionSource {
  return new Source(url, options);
}

/** A request under way. */
interface Flight {
  readonly controller: AbortController;
  readonly answer: Promise<CustomerSession | null>;
}

class Source implements CustomerSessionSource {
  readonly #url: string;
  readonly #options: CustomerSessionSourceOptions;
  readonly #listeners = new Set<() => void>();
  #state = EMPTY;
  #flight: Flight | undefined;
  // Subscribers, and calls under way: the session is forgotten when the last one leaves.
  #users = 0;
  // Preloaded, or come with the page: held until the first one takes it.
  #isReserved = false;
  #lastSecret: string | undefined;
  // Whether this user had one: a form may still show it.
  #hadSession = false;
  #askAgainAt = 0;
  #stopListening: (() => void) | undefined;

  constructor(url: string | URL, options: CustomerSessionSourceOptions) {
    this.#url = String(url);
    this.#options = options;
    if (options.user !== undefined) tellUser(this.#url, options.user);
    if (options.initial) this.#take(options.initial);
  }

  getSnapshot = (): CustomerSessionState => this.#state;

  get = (): Promise<CustomerSession | null> =>
    this.#use(this.#isFresh() ? this.#state.session : (this.#flight ?? this.#load()).answer);

  preload = (): void => {
    if (this.#isFresh() || this.#flight) return;
    this.#isReserved = true;
    this.#load();
  };

  refresh = (): Promise<CustomerSession | null> => this.#use(this.#load().answer);

  invalidate = (): void => {
    this.#signOut();
    tellSignOut(this.#url);
  };

  subscribe = (listener: () => void): (() => void) => {
    const own = () => listener();
    this.#listeners.add(own);
    this.#users++;
    this.#isReserved = false;
    // Who comes during an outage is not one more question: `unavailable` is answered once for all.
    if (!this.#flight && !this.#isFresh() && !this.#state.error) this.#load();
    return () => {
      // Later, because StrictMode leaves and comes back within one task.
      if (this.#listeners.delete(own)) setTimeout(() => this.#leave());
    };
  };

  async #use(
    answer: CustomerSession | null | Promise<CustomerSession | null>,
  ): Promise<CustomerSession | null> {
    this.#users++;
    this.#isReserved = false;
    const session = await answer;
    this.#leave();
    return session;
  }

  #leave(): void {
    this.#users--;
    if (this.#users === 0 && !this.#isReserved) this.#forget();
  }

  #take(initial: CustomerSessionAnswer): void {
    const session = readSession({ ...initial }, Date.now());
    if (!session) throw new TypeError('initial: pass session.toAnswer(), not the session itself.');
    // Unlike an answer to a request it may have waited in a cache, or in a tab that was closed meanwhile.
    if (initial.expires_at * 1000 <= Date.now()) return;
    this.#isReserved = true;
    // A server renders with it and never comes back.
    if (isPage) this.#listen();
    this.#hold(session);
  }

  #load(): Flight {
    this.#flight?.controller.abort();
    const { timeoutMs = TOTAL_MS } = this.#options;
    const { status, signOuts } = this.#state;
    const controller = new AbortController();
    const asked = requestPatiently(this.#url, { ...this.#options, timeoutMs, signal: controller.signal });
    const land = (outcome: CustomerSession | CustomerSessionError) => {
      if (this.#flight === flight) return this.#land(outcome);
      // Overtaken by a newer request: who waits gets its answer. After a sign-out it is another user's.
      return signOuts === this.#state.signOuts && this.#flight ? this.#flight.answer : null;
    };
    const flight: Flight = { controller, answer: asked.then(land, land) };
    this.#flight = flight;
    this.#listen();
    if (status === 'idle') this.#change({ status: 'loading' });
    else if (status !== 'loading') this.#change({ ...this.#state, refreshing: true });
    return flight;
  }

  #land(outcome: CustomerSession | CustomerSessionError): CustomerSession | null {
    this.#flight = undefined;
    if (outcome instanceof CustomerSessionError) this.#fail(outcome);
    else if (outcome.clientSecret === this.#lastSecret) this.#fail(new CustomerSessionError('replayed', 200));
    else this.#hold(outcome);
    // A preload that failed is no failure of the render that will ask.
    if (this.#users === 0 && !this.#state.session) this.#forget();
    return this.#state.session;
  }

  #hold(session: CustomerSession): void {
    this.#lastSecret = session.clientSecret;
    this.#hadSession = true;
    this.#change({ status: 'ready', session });
  }

  #fail(error: CustomerSessionError): void {
    const { session } = this.#state;
    this.#askAgainAt = Date.now() + error.retryAfterMs;
    if (this.#hadSession && error.code === 'unauthenticated') this.#signOut();
    else if (this.#timeLeft() > 0) this.#change({ status: 'ready', session, error });
    else this.#change({ status: 'unavailable', error });
    try {
      this.#options.onError?.(error);
    } catch {
      // The host's hook may not stop a checkout.
    }
  }

  #signOut(): void {
    this.#stop();
    this.#hadSession = false;
    this.#change({ status: 'idle', signOuts: this.#state.signOuts + 1 });
  }

  #forget(): void {
    this.#stop();
    this.#change({ status: 'loading' });
  }

  #stop(): void {
    this.#flight?.controller.abort();
    this.#flight = undefined;
    this.#isReserved = false;
    this.#askAgainAt = 0;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  #listen(): void {
    this.#stopListening ??= listenToPage(this.#url, {
      onTick: () => this.#look(false),
      onWake: () => this.#look(true),
      onReturn: () => {
        this.#forget();
        if (this.#users > 0) this.#load();
      },
      onSignOut: () => this.#signOut(),
    });
  }

  // Renews what is about to end; on waking also tries again what may have passed.
  #look(isWaking: boolean): void {
    const { session, error } = this.#state;
    if (this.#flight || this.#isFresh()) return;
    const mayAsk = !error || (mayPass(error) && Date.now() >= this.#askAgainAt);
    if (this.#isReserved) this.#forget();
    else if (mayAsk && (session || isWaking)) this.#load();
    else if (session && this.#timeLeft() <= 0) this.#change({ status: 'unavailable', error });
  }

  #isFresh(): boolean {
    return this.#timeLeft() > RENEW_BEFORE_MS;
  }

  #timeLeft(): number {
    const { session } = this.#state;
    return session ? session.expiresAt.getTime() - Date.now() : 0;
  }

  #change(next: Partial<CustomerSessionState>): void {
    this.#state = { ...EMPTY, signOuts: this.#state.signOuts, ...next };
    for (const listener of this.#listeners) listener();
  }
}
