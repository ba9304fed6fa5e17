import { MemoryStore, type Options, type Store } from 'express-rate-limit';
import { CustomerSessionProblem } from '../core/problem.js';
import type { RateLimitState } from '../core/types.js';

export interface RateLimitConfig {
  readonly windowMs: number;
  readonly limit: number;
  readonly store: Store | undefined;
  readonly identifier: string;
}

/** H8: counts a request for the customer; rejects with `rate_limited` beyond the limit. */
export function customerRateLimit({
  windowMs,
  limit,
  store = new MemoryStore(),
  identifier,
}: RateLimitConfig) {
  store.init?.({ windowMs } as Options);

  return async function limitRate(key: string): Promise<RateLimitState> {
    const { totalHits, resetTime } = await store.increment(`${identifier}:${key}`);
    const resetMs = Math.max(1, (resetTime?.getTime() ?? Date.now() + windowMs) - Date.now());
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
