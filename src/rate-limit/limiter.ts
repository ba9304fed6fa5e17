import type { Request, Response } from 'express';
import { type RateLimitInfo, rateLimit, type Store } from 'express-rate-limit';
import { Problem } from '../core/problem.js';

export interface RateLimitConfig {
  windowMs: number;
  limit: number;
  store: Store | undefined;
  identifier: string;
}

/** Counts a request for the customer; rejects with `rate_limited` beyond the limit. */
export type LimitRate = (res: Response, customer: string) => Promise<void>;

/** What express-rate-limit is given for a request: the host's own stays out of its hands, and unmarked. */
interface Count {
  customer: string;
  rateLimit?: RateLimitInfo;
}

/**
 * H8: express-rate-limit, keyed by customer. Its own headers stay off: draft 8's carry a hash of the key that
 * can be recomputed for a guessed customer. Its checks stay off too: they only log, and may print the key.
 */
export function customerRateLimit(config: RateLimitConfig): LimitRate {
  const policy = `"${config.identifier}";q=${config.limit};w=${Math.ceil(config.windowMs / 1000)}`;
  const limiter = rateLimit({
    windowMs: config.windowMs,
    limit: config.limit,
    ...(config.store === undefined ? {} : { store: config.store }),
    keyGenerator: (count) => (count as unknown as Count).customer,
    requestPropertyName: 'rateLimit',
    standardHeaders: false,
    legacyHeaders: false,
    handler: (_count, _res, next) => next(new Problem('rate_limited')),
    validate: false,
  });

  return async function limitRate(res, customer) {
    const count: Count = { customer };
    let refusal: unknown;
    await limiter(count as unknown as Request, res, (error?: unknown) => {
      refusal = error;
    });
    if (refusal !== undefined && !(refusal instanceof Problem)) throw refusal;
    const { remaining = 0, resetTime } = count.rateLimit ?? {};
    const resetS = secondsUntil(resetTime, config.windowMs);
    setRateLimitHeaders(res, policy, `"${config.identifier}";r=${remaining};t=${resetS}`);
    if (refusal !== undefined) {
      throw new Problem('rate_limited', { headers: { 'Retry-After': String(resetS) } });
    }
  };
}

// https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-08
function setRateLimitHeaders(res: Response, policy: string, state: string): void {
  if (res.headersSent) return;
  res.setHeader('RateLimit-Policy', policy);
  res.setHeader('RateLimit', state);
}

function secondsUntil(resetTime: Date | undefined, windowMs: number): number {
  const resetMs = resetTime === undefined ? windowMs : resetTime.getTime() - Date.now();
  return Math.max(1, Math.ceil(resetMs / 1000));
}
