import { refuseUnknownKeys } from '../core/config-error.js';
import { LONGEST_TIMER_MS, optionalFunction, wholeNumber } from '../core/values.js';

/** Told once per change: from now on the limit is counted by the shared store, or by each process for itself. */
export interface GuardedStoreEvent {
  /** Who counts from now on: the shared store, or each process. */
  readonly state: 'shared' | 'local';
  /** Why: the store answered again, it failed, or it did not answer in time. */
  readonly reason: 'answered' | 'failed' | 'timeout';
  /** What the store rejected with, where it did. It is the host's own error. */
  readonly error?: unknown;
}

/** Options of `guardedStore`. All have defaults. */
export interface GuardedStoreOptions {
  /**
   * How long a request waits for the shared store, in ms; a quarter more at most. Longer, and an outage slows the
   * first requests more; shorter, and a slow answer is counted by this process alone. At most 60000.
   *
   * @defaultValue `100`
   */
  timeoutMs?: number;
  /**
   * Failures in a row (errors or time-outs) after which the store is left alone: all who wait for it are let go, and
   * nobody waits until it answers again.
   *
   * @defaultValue `2`
   */
  failures?: number;
  /**
   * How long the first requests of a process wait for the store's first answer, in ms: its client may still be
   * connecting. Shorter, and a process that starts may let through more than the limit. `0` does not wait. At most
   * 60000.
   *
   * @defaultValue `2000`
   */
  startupMs?: number;
  /**
   * How long a store that failed is left alone before it is asked again, by a probe that no request waits for, in ms.
   *
   * @defaultValue `2000`
   */
  retryAfterMs?: number;
  /**
   * Most keys that this process counts itself. Beyond it the least recently used key starts anew.
   *
   * @defaultValue `10000`
   */
  maxLocalKeys?: number;
  /** Called once per change of state. What it throws is dropped. */
  onStateChange?: (event: GuardedStoreEvent) => void;
}

const OPTION_NAMES: Record<keyof GuardedStoreOptions, true> = {
  timeoutMs: true,
  failures: true,
  startupMs: true,
  retryAfterMs: true,
  maxLocalKeys: true,
  onStateChange: true,
};

/** The options, checked and complete. */
export type GuardConfig = Required<Omit<GuardedStoreOptions, 'onStateChange'>> & {
  readonly onStateChange: GuardedStoreOptions['onStateChange'];
};

// A request waits for no longer than this: its front end has given up by then.
const LONGEST_WAIT_MS = 60_000;

/** @throws TypeError that names the option, its value and the fix. */
export function parseGuardOptions(options: GuardedStoreOptions): GuardConfig {
  refuseUnknownKeys('guardedStore()', options, Object.keys(OPTION_NAMES));
  return {
    timeoutMs: wholeNumber('timeoutMs', options.timeoutMs, 100, [1, LONGEST_WAIT_MS]),
    failures: wholeNumber('failures', options.failures, 2, [1, 1_000]),
    startupMs: wholeNumber('startupMs', options.startupMs, 2_000, [0, LONGEST_WAIT_MS]),
    retryAfterMs: wholeNumber('retryAfterMs', options.retryAfterMs, 2_000, [1, LONGEST_TIMER_MS]),
    maxLocalKeys: wholeNumber('maxLocalKeys', options.maxLocalKeys, 10_000, [1, 10_000_000]),
    onStateChange: optionalFunction('onStateChange', options.onStateChange),
  };
}
