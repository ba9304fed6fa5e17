import type { Reply } from '../../../src/doctor/answers.js';
import type { Answer } from '../../../src/doctor/ask.js';
import type { Visit } from '../../../src/doctor/visit.js';

export const NOW = Date.UTC(2026, 10, 29);
const MINUTE_MS = 60_000;

/** An answer that took 10 ms and came now, by this machine's clock and the server's. */
export function answer(
  status: number,
  more: Partial<Omit<Answer, 'body'>> & { body?: unknown } = {},
): Answer {
  const { body = '', headers, ...rest } = more;
  return {
    status,
    ms: 10,
    at: NOW,
    ...rest,
    headers: { date: new Date(NOW).toUTCString(), 'cache-control': 'no-store', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** A refusal as the router writes it. */
export function refusal(status: number, code: string, more: Partial<Answer> = {}): Answer {
  const headers = { 'content-type': 'application/problem+json', ...more.headers };
  return answer(status, {
    ...more,
    headers,
    body: { type: `urn:express-stripe-customer-session:problem:${code}` },
  });
}

let made = 0;

interface SessionParts extends Partial<Omit<Answer, 'body'>> {
  lifeMs?: number;
  secret?: string;
}

/** A session that lasts half an hour. */
export function session(parts: SessionParts = {}): Answer {
  const { lifeMs = 30 * MINUTE_MS, secret = `secret_${++made}`, ...more } = parts;
  return answer(200, { ...more, body: { client_secret: secret, expires_at: (NOW + lifeMs) / 1000 } });
}

export const unauthenticated = refusal(401, 'unauthenticated');
export const crossOrigin = refusal(403, 'cross_origin');
export const silence: Reply = { silence: 'ECONNREFUSED' };

/** A visit to a route that is right, signed out. */
export function visit(more: Partial<Visit> = {}): Visit {
  return {
    url: new URL('https://shop.example/customer-session?key=canary'),
    signedOut: [unauthenticated, unauthenticated, unauthenticated],
    get: refusal(405, 'method_not_allowed'),
    preflight: answer(404),
    foreign: crossOrigin,
    bare: crossOrigin,
    plain: refusal(403, 'tls_required'),
    elsewhere: [],
    signedIn: undefined,
    ...more,
  };
}
