import { configError, refuseUnknownKeys } from '../core/config-error.js';

/** Told once per change: from now on the limit is counted by the shared store, or by each process for itself. */
export interface GuardedStoreEvent {
  readonly state: 'shared' | 'local';
  /** Why: the store answered again, it failed, or it did not answer in time. */
  readonly reason: 'answered' | 'failed' | 'timeout';
  /** What the store rejected with, where it did. It is the host's own error. */
  readonly error?: unknown;
}

export interface GuardedStoreOptions {
  /**
   * How long a request waits for the shared store, in ms; a quarter more at most. Longer, and an outage slows the
   * first requests more; shorter, and a slow answer is counted by this process alone.
   *
   * @defaultValue `100`
   */
  timeoutMs?: number;
  /**
   * Failures in a row (errors or time-outs) after which the store is left alone; also how many requests at most
   * wait for a store that hangs.
   *
   * @defaultValue `2`
   */
  failures?: number;
  /**
   * How long the store is left alone before it is asked again, by a probe that no request waits for, in ms.
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
  retryAfterMs: true,
  maxLocalKeys: true,
  onStateChange: true,
};
/** The options, checked and complete. */
export type GuardConfig = Required<Omit<GuardedStoreOptions, 'onStateChange'>> &
  Pick<GuardedStoreOptions, 'onStateChange'>;

/** @throws TypeError that names the option, its value and the fix. */
export function parseGuardOptions(options: GuardedStoreOptions): GuardConfig {
  refuseUnknownKeys('guardedStore', options, Object.keys(OPTION_NAMES));
  const { onStateChange } = options;
  if (onStateChange !== undefined && typeof onStateChange !== 'function') {
    throw configError('onStateChange', onStateChange, 'Pass a function: (event) => log.warn(event).');
  }
  return {
    timeoutMs: whole('timeoutMs', options.timeoutMs, 100),
    failures: whole('failures', options.failures, 2),
    retryAfterMs: whole('retryAfterMs', options.retryAfterMs, 2_000),
    maxLocalKeys: whole('maxLocalKeys', options.maxLocalKeys, 10_000),
    ...(onStateChange === undefined ? {} : { onStateChange }),
  };
}

function whole(name: keyof GuardedStoreOptions, value: unknown, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw configError(name, value, 'Pass a whole number above 0.');
}
