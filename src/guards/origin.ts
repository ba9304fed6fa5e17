import type { Request } from 'express';
import { CustomerSessionProblem } from '../core/problem.js';
import { type TlsPolicy, whyNotSecure } from './tls.js';

type Facts = Pick<Request, 'secure' | 'headers' | 'socket'>;

export interface OriginPolicy extends TlsPolicy {
  readonly allowNonBrowser: boolean;
}

/**
 * H4: the request comes from this site or from an allowed origin; what cannot be told is refused.
 * Reads raw headers only: `req.hostname` follows `X-Forwarded-Host`, which a client can send.
 * See Fetch Metadata (W3C) and RFC 6454 section 7.
 */
export function requireSameOrigin(policy: OriginPolicy) {
  return function requireSameOriginOf(req: Facts): CustomerSessionProblem | undefined {
    const reason = whyNotSameOrigin(req, policy);
    return reason === undefined ? undefined : new CustomerSessionProblem('cross_origin', { reason });
  };
}

function whyNotSameOrigin(req: Facts, policy: OriginPolicy): string | undefined {
  const { origin, host, 'sec-fetch-site': site } = req.headers;
  if (origin !== undefined && policy.allowedOrigins.has(origin)) return undefined;
  if (origin !== undefined && !/^https?:\/\//.test(origin)) return 'origin';
  if (site !== undefined) return site === 'same-origin' ? whyNotFetch(req.headers) : 'sec_fetch_site';
  if (origin === undefined) return policy.allowNonBrowser ? undefined : 'no_origin';
  // What is not secure got here by the localhost rule.
  const scheme = whyNotSecure(req, policy) === undefined ? 'https' : 'http';
  return host !== undefined && origin === `${scheme}://${host}` ? undefined : 'origin';
}

// A form post, a frame or a worker script names another mode or destination.
function whyNotFetch({
  'sec-fetch-mode': mode,
  'sec-fetch-dest': dest,
}: Request['headers']): string | undefined {
  if (mode !== undefined && mode !== 'cors' && mode !== 'same-origin') return 'sec_fetch_mode';
  return dest === undefined || dest === 'empty' ? undefined : 'sec_fetch_dest';
}
