import type { Request } from 'express';
import { Problem } from '../core/problem.js';

export interface TlsPolicy {
  allowedOrigins: ReadonlySet<string>;
  dangerouslyAllowHttpOnLocalhost: boolean;
}

const LOOPBACK_ADDRESS = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|::ffff:127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/;
const LOOPBACK_HOST = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/;
const LOOPBACK_ORIGIN = /^https?:\/\/(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/;

/** H3: the request came over TLS all the way, or is plain HTTP that cannot have left this machine. */
export function requireTls(policy: TlsPolicy) {
  return function requireTlsOf(req: Request): Problem | undefined {
    if (isSecure(req, policy.allowedOrigins)) return undefined;
    if (policy.dangerouslyAllowHttpOnLocalhost && isLocalHttp(req)) return undefined;
    warnOnce();
    return new Problem('tls_required');
  };
}

/** Whether this request passes only by `dangerouslyAllowHttpOnLocalhost`: its session must not be a live one. */
export function isLocalHttp(req: Request): boolean {
  return (
    !req.secure &&
    LOOPBACK_ADDRESS.test(req.socket.remoteAddress ?? '') &&
    LOOPBACK_HOST.test(req.headers.host ?? '') &&
    LOOPBACK_ORIGIN.test(req.headers.origin ?? '')
  );
}

function isSecure(req: Request, allowedOrigins: ReadonlySet<string>): boolean {
  return req.secure && everyHopIsHttps(req) && originIsNotPlainHttp(req, allowedOrigins);
}

// Express looks at the leftmost value only, and a proxy that appends keeps what a client sent in front.
function everyHopIsHttps(req: Request): boolean {
  const header = req.headers['x-forwarded-proto'];
  if (header === undefined) return true;
  return String(header)
    .split(',')
    .every((proto) => proto.trim().toLowerCase() === 'https');
}

// A page on plain http sends `Origin: http://…`, a witness that no proxy hides. Other origins that are not
// https are refused too, by requireSameOrigin, whose code says better why.
function originIsNotPlainHttp(req: Request, allowedOrigins: ReadonlySet<string>): boolean {
  const { origin } = req.headers;
  return origin === undefined || allowedOrigins.has(origin) || !/^http:/i.test(origin);
}

let warned = false;

function warnOnce(): void {
  if (warned) return;
  warned = true;
  process.emitWarning(
    'A request for a customer session did not come over TLS and was refused (403 tls_required). ' +
      'Behind a proxy that ends TLS, set "trust proxy" to that proxy: app.set(\'trust proxy\', 1). ' +
      'For development on plain http, set dangerouslyAllowHttpOnLocalhost: true. This is said once per process.',
    { code: 'ESCS_TLS_REQUIRED' },
  );
}
