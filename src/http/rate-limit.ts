import type { Request, Response } from 'express';
import { type RateLimitInfo, rateLimit, type Store } from 'express-rate-limit';
import { Problem } from '../problem.js';

export interface RateLimitConfig {
  windowMs: number;
  limit: number;
  store: Store | undefined;
  identifier: string;
}

/** Counts this request for the customer; rejects with `rate_limited` beyond the limit. */
export type LimitRate = (req: Request, res: Response, customer: string) => Promise<void>;

// express-rate-limit leaves its count on the request under this name; the default, `rateLimit`, may be the host's.
const INFO = 'customerSessionRateLimit';

/**
 * H8: express-rate-limit, keyed by customer. Its own headers stay off: draft 8's carry a hash of the key that
 * can be recomputed for a guessed customer. Its checks stay off too: they only log, and may print the key.
 */
export function customerRateLimit(config: RateLimitConfig): LimitRate {
  const customers = new WeakMap<Request, string>();
  const policy = `"${config.identifier}";q=${config.limit};w=${Math.ceil(config.windowMs / 1000)}`;
  const limiter = rateLimit({
    windowMs: config.windowMs,
    limit: config.limit,
    ...(config.store === undefined ? {} : { store: config.store }),
    keyGenerator: (req) => customers.get(req) ?? '',
    requestPropertyName: INFO,
    standardHeaders: false,
    legacyHeaders: false,
    handler: (_req, _res, next) => next(new Problem('rate_limited')),
    validate: false,
  });

  return async function limitRate(req, res, customer) {
    customers.set(req, customer);
    let refusal: unknown;
    await limiter(req, res, (error?: unknown) => {
      refusal = error;
    });
    const info = infoOf(req);
    const resetS = info === undefined ? 0 : secondsUntilReset(info, config.windowMs);
    if (info !== undefined)
      setRateLimitHeaders(res, policy, `"${config.identifier}";r=${info.remaining};t=${resetS}`);
    if (refusal instanceof Problem) {
      throw new Problem('rate_limited', { headers: { 'Retry-After': String(resetS) } });
    }
    if (refusal !== undefined) throw refusal;
  };
}

// https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-08
function setRateLimitHeaders(res: Response, policy: string, state: string): void {
  if (res.headersSent) return;
  res.setHeader('RateLimit-Policy', policy);
  res.setHeader('RateLimit', state);
}

function secondsUntilReset(info: RateLimitInfo, windowMs: number): number {
  const resetMs = info.resetTime === undefined ? windowMs : info.resetTime.getTime() - Date.now();
  return Math.max(1, Math.ceil(resetMs / 1000));
}

function infoOf(req: Request): RateLimitInfo | undefined {
  return (req as Request & { [INFO]?: RateLimitInfo })[INFO];
}
