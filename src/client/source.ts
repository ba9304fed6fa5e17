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
  return new Source(String(url), options);
}

class Source implements CustomerSessionSource {
  readonly #url: string;
  readonly #options: CustomerSessionSourceOptions;
  readonly #listeners = new Set<() => void>();
  #state = EMPTY;
  // The request under way.
  #controller: AbortController | undefined;
  #answer: Promise<void> | undefined;
  // Subscribers, and calls under way: the session is forgotten when the last one leaves.
  #users = 0;
  // Preloaded, or come with the page: held until the first one takes it.
  #isReserved = false;
  #lastSecret: string | undefined;
  // Whether this user had one: a form may still show it.
  #hadSession = false;
  #askAgainAt = 0;
  #stopListening: (() => void) | undefined;

  constructor(url: string, options: CustomerSessionSourceOptions) {
    this.#url = url;
    this.#options = options;
    const { user, initial } = options;
    if (user !== undefined) tellUser(url, user);
    if (initial) this.#take(initial);
  }

  getSnapshot = (): CustomerSessionState => this.#state;

  get = (): Promise<CustomerSession | null> => this.#use(this.#canWait());

  preload = (): void => {
    if (this.#canWait()) return;
    this.#isReserved = true;
    this.#load();
  };

  refresh = (): Promise<CustomerSession | null> => this.#use(false);

  invalidate = (): void => {
    this.#signOut();
    tellSignOut(this.#url);
  };

  subscribe = (listener: () => void): (() => void) => {
    const own = () => listener();
    this.#listeners.add(own);
    this.#join();
    // Who comes during an outage is not one more question: `unavailable` is answered once for all.
    if (!this.#canWait() && !this.#state.error) this.#load();
    return () => {
      // Later, because StrictMode leaves and comes back within one task.
      if (this.#listeners.delete(own)) setTimeout(this.#leave);
    };
  };

  async #use(canWait: boolean): Promise<CustomerSession | null> {
    const { signOuts } = this.#state;
    const isSameUser = () => signOuts === this.#state.signOuts;
    this.#join();
    if (!canWait) this.#load();
    // Overtaken by a newer request: who waits gets its answer. After a sign-out it is another user's.
    do await this.#answer;
    while (this.#controller && isSameUser());
    const { session } = this.#state;
    this.#leave();
    return isSameUser() ? session : null;
  }

  #join(): void {
    this.#users++;
    this.#isReserved = false;
  }

  #leave = (): void => {
    this.#users--;
    this.#forgetIfUnused();
  };

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

  #load(): void {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    const land = (outcome: CustomerSession | CustomerSessionError) => {
      if (this.#controller === controller) this.#land(outcome);
    };
    this.#answer = requestPatiently(this.#url, this.#options, controller).then(land, land);
    this.#listen();
    const { status } = this.#state;
    if (status === 'idle') this.#change({ status: 'loading' });
    else if (status !== 'loading') this.#change({ ...this.#state, refreshing: true });
  }

  #land(outcome: CustomerSession | CustomerSessionError): void {
    this.#controller = undefined;
    if (outcome instanceof CustomerSessionError) this.#fail(outcome);
    else if (outcome.clientSecret === this.#lastSecret) this.#fail(new CustomerSessionError('replayed', 200));
    else this.#hold(outcome);
    // A preload that failed is no failure of the render that will ask.
    if (!this.#state.session) this.#isReserved = false;
    this.#forgetIfUnused();
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

  #forgetIfUnused(): void {
    if (this.#users === 0 && !this.#isReserved) this.#forget();
  }

  #stop(): void {
    this.#controller?.abort();
    this.#controller = undefined;
    this.#isReserved = false;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  #listen(): void {
    this.#stopListening ??= listenToPage(this.#url, {
      look: (isWaking) => this.#look(isWaking),
      restart: () => {
        this.#forget();
        if (this.#users > 0) this.#load();
      },
      signOut: () => this.#signOut(),
    });
  }

  // Renews what is about to end; on waking also tries again what may have passed.
  #look(isWaking?: boolean): void {
    const { session, error } = this.#state;
    if (this.#canWait()) return;
    const mayAsk = !error || (mayPass(error) && Date.now() >= this.#askAgainAt);
    if (this.#isReserved) this.#forget();
    else if (mayAsk && (session || isWaking)) this.#load();
    else if (session && this.#timeLeft() <= 0) this.#change({ status: 'unavailable', error });
  }

  #canWait(): boolean {
    return Boolean(this.#controller) || this.#timeLeft() > RENEW_BEFORE_MS;
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
