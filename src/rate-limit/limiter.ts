import { type ClientRateLimitInfo, MemoryStore, type Store } from 'express-rate-limit';
import { CustomerSessionProblem } from '../core/problem.js';
import type { RateLimitState } from '../core/types.js';
import { claimWindow, initStore, readHits } from './store.js';

export interface RateLimitConfig {
  readonly windowMs: number;
  readonly limit: number;
  readonly store: Store | undefined;
  readonly identifier: string;
}

/**
 * H8: counts a request of the customer; rejects with `rate_limited` beyond the limit, and with the store's own error
 * where a store without a guard fails. Requests of two identifiers are never counted together.
 *
 * @throws TypeError for a store object that counts in windows of another length already.
 */
export function customerRateLimit(config: RateLimitConfig): (key: string) => Promise<RateLimitState> {
  const { windowMs, limit, identifier, store = new MemoryStore() } = config;
  // Two routers may share a store: it is told its window once.
  if (claimWindow(store, windowMs)) initStore(store, { windowMs, limit });
  const count = store instanceof MemoryStore ? inTurn(store) : countIn(store);

  return async function limitRate(key) {
    const { totalHits, resetTime } = await count(`${identifier}:${key}`);
    const resetMs = untilReset(resetTime, windowMs);
    const rateLimit = {
      identifier,
      limit,
      windowS: Math.ceil(windowMs / 1000),
      remaining: Math.max(0, limit - totalHits),
      resetS: Math.ceil(resetMs / 1000),
    };
    if (totalHits <= limit) return rateLimit;
    throw new CustomerSessionProblem('rate_limited', { retryAfterMs: resetMs, rateLimit });
  };
}

type CountHit = (key: string) => Promise<ClientRateLimitInfo>;

function countIn(store: Store): CountHit {
  return async (key) => readHits(await store.increment(key));
}

// MemoryStore answers with the object that it goes on counting with: of 40 hits in one turn of the event loop each would
// read the total of all. So each is read before the next is counted.
function inTurn(store: MemoryStore): CountHit {
  const countHit = countIn(store);
  let last: Promise<unknown> = Promise.resolve();
  return (key) => {
    const hit = last.then(() => countHit(key));
    last = hit.catch(() => undefined);
    return hit;
  };
}

// Within the window, whatever the clock of the store says.
function untilReset(resetTime: Date | undefined, windowMs: number): number {
  const leftMs = resetTime === undefined ? windowMs : resetTime.getTime() - Date.now();
  return Math.min(Math.max(1, leftMs), windowMs);
}
