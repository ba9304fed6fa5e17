/** How a call ended. `released`: it was let go before its time, because others show that the store fails. */
export type Outcome<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'timeout' | 'released' };

interface Waiting {
  ticks: number;
  readonly end: (kind: 'timeout' | 'released') => void;
}

const TICKS_PER_TIMEOUT = 4;

/**
 * Calls to a store that may never answer, each given up after `timeoutMs` (and a quarter at most). Time is counted
 * in ticks of the event loop, so that a process that was busy itself does not blame the store: a late tick is one
 * tick, and answers that have arrived are read before it counts.
 */
export class StoreCalls {
  readonly #waiting = new Set<Waiting>();
  readonly #tickMs: number;
  #isTicking = false;

  constructor(timeoutMs: number) {
    this.#tickMs = Math.max(1, timeoutMs / TICKS_PER_TIMEOUT);
  }

  /** Makes the call. Never rejects. A call that was given up goes on, and what it does then still counts. */
  run<T>(call: () => T | PromiseLike<T>): Promise<Outcome<T>> {
    return new Promise((resolve) => {
      const waiting: Waiting = { ticks: 0, end: (kind) => finish({ kind }) };
      const finish = (outcome: Outcome<T>) => {
        this.#waiting.delete(waiting);
        resolve(outcome);
      };
      this.#waiting.add(waiting);
      this.#keepTicking();
      attempt(call).then(
        (value) => finish({ kind: 'answered', value }),
        (error: unknown) => finish({ kind: 'failed', error }),
      );
    });
  }

  /** Lets every call go. */
  releaseAll(): void {
    for (const waiting of this.#waiting) waiting.end('released');
  }

  #keepTicking(): void {
    if (this.#isTicking || this.#waiting.size === 0) return;
    this.#isTicking = true;
    // After a timer the loop reads its sockets, and only then runs immediates.
    setTimeout(() => setImmediate(() => this.#tick()), this.#tickMs).unref();
  }

  #tick(): void {
    this.#isTicking = false;
    for (const waiting of this.#waiting) {
      waiting.ticks += 1;
      // A call may have begun just before its first tick.
      if (waiting.ticks > TICKS_PER_TIMEOUT) waiting.end('timeout');
    }
    this.#keepTicking();
  }
}

async function attempt<T>(call: () => T | PromiseLike<T>): Promise<T> {
  return call();
}
