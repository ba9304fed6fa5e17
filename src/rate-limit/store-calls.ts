import type { Awaitable } from '../core/types.js';

/** How a call ended. `released`: it was let go before its time, because others show that the store is stuck. */
export type Outcome<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'timeout' | 'released' };

interface Waiting {
  ticks: number;
  readonly end: (kind: 'timeout' | 'released') => void;
}

const TICKS_PER_TIMEOUT = 4;
const SUSPICIOUS_TICKS = 2;

/**
 * Calls to a store that may never answer, each given up after `timeoutMs` (and a quarter at most). Time is counted
 * in ticks of the event loop, so that a process that was busy itself does not blame the store: a late tick is one
 * tick, and answers that have arrived are read before it counts.
 *
 * Once a call has waited for two ticks, all but the `mayStick` oldest are released, and no more are let in: a
 * store that hangs costs that many requests the time-out, however many come at once.
 */
export class PatientCalls {
  readonly #waiting = new Set<Waiting>();
  readonly #tickMs: number;
  readonly #mayStick: number;
  #ticking = false;

  constructor(timeoutMs: number, mayStick: number) {
    this.#tickMs = Math.max(1, timeoutMs / TICKS_PER_TIMEOUT);
    this.#mayStick = mayStick;
  }

  /** The store seems stuck, and as many calls as may find that out are doing so. */
  get crowded(): boolean {
    return this.#waiting.size >= this.#mayStick && this.#isSuspicious();
  }

  /** Makes the call. Never rejects. */
  run<T>(call: () => Awaitable<T>): Promise<Outcome<T>> {
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

  #isSuspicious(): boolean {
    const [oldest] = this.#waiting;
    return oldest !== undefined && oldest.ticks >= SUSPICIOUS_TICKS;
  }

  #keepTicking(): void {
    if (this.#ticking || this.#waiting.size === 0) return;
    this.#ticking = true;
    // After a timer the loop reads its sockets, and only then runs immediates.
    setTimeout(() => setImmediate(() => this.#tick()), this.#tickMs).unref();
  }

  #tick(): void {
    this.#ticking = false;
    for (const waiting of this.#waiting) waiting.ticks += 1;
    // A call may have begun just before its first tick.
    const late = [...this.#waiting].filter(({ ticks }) => ticks > TICKS_PER_TIMEOUT);
    for (const waiting of late) waiting.end('timeout');
    if (this.#isSuspicious()) {
      for (const waiting of [...this.#waiting].slice(this.#mayStick)) waiting.end('released');
    }
    this.#keepTicking();
  }
}

async function attempt<T>(call: () => Awaitable<T>): Promise<T> {
  return call();
}
