import type { Request } from 'express';
import { Problem } from '../core/problem.js';

export interface OriginPolicy {
  allowedOrigins: ReadonlySet<string>;
  allowNonBrowser: boolean;
}

/**
 * H4: the request comes from this site or from an allowed origin; what cannot be told is refused.
 * Reads raw headers only: `req.hostname` follows `X-Forwarded-Host`, which a client can send.
 * See Fetch Metadata (W3C) and RFC 6454 section 7.
 */
export function requireSameOrigin(policy: OriginPolicy) {
  return function requireSameOriginOf(req: Request): Problem | undefined {
    return isFromAllowedOrigin(req, policy) ? undefined : new Problem('cross_origin');
  };
}

function isFromAllowedOrigin(req: Request, policy: OriginPolicy): boolean {
  const { origin, host, 'sec-fetch-site': site } = req.headers;
  if (origin !== undefined && policy.allowedOrigins.has(origin)) return true;
  if (origin !== undefined && !/^https?:\/\//.test(origin)) return false;
  if (site !== undefined) return site === 'same-origin' && isScriptedFetch(req);
  if (origin === undefined) return policy.allowNonBrowser;
  return host !== undefined && origin === `${req.secure ? 'https' : 'http'}://${host}`;
}

// A form post, a frame or a worker script names another mode or destination.
function isScriptedFetch(req: Request): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': dest } = req.headers;
  const modeFits = mode === undefined || mode === 'cors' || mode === 'same-origin';
  return modeFits && (dest === undefined || dest === 'empty');
}
