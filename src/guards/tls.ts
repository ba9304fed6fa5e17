import type { Request } from 'express';
import { CustomerSessionProblem } from '../core/problem.js';
import { whyNotLocal } from './localhost.js';

type Facts = Pick<Request, 'secure' | 'headers' | 'socket'>;

export interface TlsPolicy {
  readonly allowedOrigins: ReadonlySet<string>;
  readonly dangerouslyAllowHttpOnLocalhost: boolean;
}

/** H3: the request came over TLS all the way, or is plain HTTP that cannot have left this machine. */
export function requireTls(policy: TlsPolicy) {
  return function requireTlsOf(req: Facts): CustomerSessionProblem | undefined {
    const insecure = whyNotSecure(req, policy);
    if (insecure === undefined) return undefined;
    const reason = policy.dangerouslyAllowHttpOnLocalhost ? whyNotLocal(req) : insecure;
    return reason === undefined ? undefined : new CustomerSessionProblem('tls_required', { reason });
  };
}

/** Why a request did not come over TLS all the way: the reason's word; `undefined` where it did. */
export function whyNotSecure(
  { secure, headers }: Facts,
  { allowedOrigins }: Pick<TlsPolicy, 'allowedOrigins'>,
): string | undefined {
  if (!secure) return 'not_secure';
  if (!everyHopIsHttps(headers['x-forwarded-proto'])) return 'forwarded_proto';
  const { origin } = headers;
  // A page on plain http sends `Origin: http://…`, a witness that no proxy hides. Other origins that are not https are
  // refused too, by requireSameOrigin, whose code says better why.
  const isPlain = origin !== undefined && !allowedOrigins.has(origin) && /^http:/i.test(origin);
  return isPlain ? 'plain_origin' : undefined;
}

// Express looks at the leftmost value only, and a proxy that appends keeps what a client sent in front.
function everyHopIsHttps(header: string | string[] | undefined): boolean {
  if (header === undefined) return true;
  return String(header)
    .split(',')
    .every((proto) => proto.trim().toLowerCase() === 'https');
}
