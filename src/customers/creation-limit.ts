import { CustomerSessionProblem, type StripeTrace } from '../core/problem.js';

/** What is remembered of a user whose customer could not be created. */
interface Attempts {
  readonly windowEndsAt: number;
  readonly count: number;
  /** What Stripe answered, when it may be asked again, and how long the pause was. */
  readonly refusal?: { readonly stripe: StripeTrace; readonly until: number; readonly pauseMs: number };
}

const WINDOW_MS = 60_000;
const MOST_IN_WINDOW = 10;
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;
const MOST_USERS = 10_000;

/**
 * Keeps one user from using up the calls of all (D11): so many creations a minute, and one that Stripe refused is answered
 * from memory for a while, twice as long each time. A success forgets the user.
 */
export class CreationLimit {
  /** The user who tried longest ago comes first. */
  readonly #users = new Map<string, Attempts>();

  /** Before Stripe is asked. @throws CustomerSessionProblem with the time after which it may be */
  begin(userId: string): void {
    const now = performance.now();
    const { refusal, ...last } = this.#users.get(userId) ?? { count: 0, windowEndsAt: 0 };
    if (refusal !== undefined && now < refusal.until) throw refused(refusal.stripe, refusal.until - now);
    const isOver = now >= last.windowEndsAt;
    if (!isOver && last.count >= MOST_IN_WINDOW) {
      throw new CustomerSessionProblem('rate_limited', {
        reason: 'creations',
        retryAfterMs: last.windowEndsAt - now,
      });
    }
    const windowEndsAt = isOver ? now + WINDOW_MS : last.windowEndsAt;
    const count = isOver ? 1 : last.count + 1;
    this.#note(userId, { windowEndsAt, count, ...(refusal && { refusal }) });
  }

  /** Stripe was not asked after all: whoever was told to come back later may do so as often as it takes. */
  withdraw(userId: string): void {
    const attempts = this.#users.get(userId);
    if (attempts !== undefined) this.#users.set(userId, { ...attempts, count: attempts.count - 1 });
  }

  /** Stripe refused. Gives the problem that it is answered with, now and from memory. */
  refuse(userId: string, stripe: StripeTrace): CustomerSessionProblem {
    const { refusal: last, ...attempts } = this.#users.get(userId) ?? { count: 1, windowEndsAt: 0 };
    const pauseMs = last === undefined ? FIRST_PAUSE_MS : Math.min(2 * last.pauseMs, LONGEST_PAUSE_MS);
    this.#note(userId, { ...attempts, refusal: { stripe, until: performance.now() + pauseMs, pauseMs } });
    return refused(stripe, pauseMs);
  }

  succeed(userId: string): void {
    this.#users.delete(userId);
  }

  #note(userId: string, attempts: Attempts): void {
    this.#users.delete(userId);
    this.#users.set(userId, attempts);
    const [oldest] = this.#users.keys();
    if (oldest !== undefined && this.#users.size > MOST_USERS) this.#users.delete(oldest);
  }
}

function refused(stripe: StripeTrace, retryAfterMs: number): CustomerSessionProblem {
  return new CustomerSessionProblem('misconfigured', { reason: 'creation_refused', stripe, retryAfterMs });
}
