import { types } from 'node:util';
import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit';
import { configError } from '../core/config-error.js';

/** The options of express-rate-limit that a store may look at. */
export type StoreOptions = Pick<Options, 'windowMs' | 'limit'>;

const windows = new WeakMap<Store, number>();

/**
 * Notes in which window a store object counts. A store has one window, that of the last `init`: used with two, one
 * of its limits would silently be another than it says.
 *
 * @returns whether this is the first use of the store.
 * @throws TypeError where the store is in use with another window.
 */
export function claimWindow(store: Store, windowMs: number): boolean {
  const claimed = windows.get(store);
  if (claimed !== undefined && claimed !== windowMs) {
    throw configError(
      'rateLimit.store',
      store,
      `It counts in windows of ${claimed} ms already: give what counts in windows of ${windowMs} ms a store of its own.`,
    );
  }
  windows.set(store, windowMs);
  return claimed === undefined;
}

/** Tells a store its window. A promise that rejects is left: the calls that follow will show the failure. */
export function initStore(store: Store, options: StoreOptions): void {
  // Stores read `windowMs`, and ours `limit`; the other options belong to a middleware that is not there.
  Promise.resolve(store.init?.(options as Options)).catch(() => undefined);
}

/**
 * A store's answer, copied: express-rate-limit's own MemoryStore hands out the object that it goes on counting with.
 *
 * @throws TypeError for what is no count: a wrong limit is worse than a failure.
 */
export function readHits(answer: unknown): ClientRateLimitInfo {
  const { totalHits, resetTime } = Object(answer) as { totalHits?: unknown; resetTime?: unknown };
  const isCount = typeof totalHits === 'number' && Number.isSafeInteger(totalHits) && totalHits > 0;
  if (isCount && (resetTime === undefined || isValidDate(resetTime))) return { totalHits, resetTime };
  throw new TypeError('The store of the rate limit gave no count: { totalHits, resetTime } was expected.');
}

function isValidDate(value: unknown): value is Date {
  return types.isDate(value) && !Number.isNaN(value.getTime());
}
