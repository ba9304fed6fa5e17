import type { Response } from 'express';
import { clientOf } from './core/client.js';
import type { Session } from './core/customer-session.js';
import type { Trace } from './core/events.js';
import { CustomerSessionProblem, titleOf } from './core/problem.js';
import type { AnswerFormat, RateLimitState } from './core/types.js';

/** What is to be written, and the refusal that it tells of. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly problem?: CustomerSessionProblem;
}

const LONGEST_RETRY_AFTER_S = 86_400;

/** H13: exactly the format's members, from validated primitives. */
export function sessionReply(session: Session, format: AnswerFormat): Reply {
  const members = membersOf(session, format);
  // The mobile SDKs take no `acct_…`.
  if (members === undefined) {
    return problemReply(new CustomerSessionProblem('stripe_mismatch', { reason: 'no_customer_id' }), format);
  }
  return {
    status: 200,
    headers: { ...rateLimitHeaders(session.rateLimit), 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify(members),
  };
}

/** RFC 9457; nothing of the problem but its code and what the catalogue says of that. */
export function problemReply(problem: CustomerSessionProblem, format: AnswerFormat): Reply {
  const { code, status } = problem;
  // BillingSDK recognises a signed-out user by this member.
  const isSignedOut = format === 'billing-sdk' && code === 'unauthenticated';
  const type = `urn:express-stripe-customer-session:problem:${code}`;
  return {
    status,
    headers: {
      ...(code === 'method_not_allowed' ? { Allow: 'POST' } : {}),
      ...retryAfter(problem.retryAfterMs),
      ...rateLimitHeaders(problem.rateLimit),
      'Content-Type': 'application/problem+json',
    },
    body: JSON.stringify({
      type,
      title: titleOf(code),
      status,
      code,
      ...(isSignedOut ? { error: { type: 'no_session_present' } } : {}),
    }),
    problem,
  };
}

/**
 * The only writer to `res` (H14): nothing goes to a client that has left, nor after somebody else's answer, and whatever
 * the host's `res` does ends here, in one event.
 */
export function send(res: Response, reply: Reply, trace: Trace): void {
  if (res.headersSent) {
    trace.unanswered('already_answered');
  } else if (clientOf(res).isGone()) {
    trace.unanswered('client_closed');
  } else {
    try {
      write(res, reply);
      if (reply.problem === undefined) trace.issued();
      else trace.refused(reply.problem);
    } catch (cause) {
      res.destroy();
      trace.refused(new CustomerSessionProblem('internal_error', { reason: 'response', cause }));
    }
  }
}

function write(res: Response, { status, headers, body }: Reply): void {
  // Of an earlier middleware, for a body that is not ours.
  for (const stale of ['Transfer-Encoding', 'Content-Encoding', 'Trailer']) res.removeHeader(stale);
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.setHeader('Content-Length', Buffer.byteLength(body));
  // Not res.json(), which adds an ETag (a hash over the secret) and obeys the host's replacer.
  res.end(body);
}

function membersOf(session: Session, format: AnswerFormat): object | undefined {
  const { clientSecret, expiresAt, customerId } = session;
  if (format === 'web') return { client_secret: clientSecret, expires_at: expiresAt };
  if (format === 'billing-sdk') return { clientSecret, expiresAt, customer: customerId ?? session.customer };
  return customerId === undefined ? undefined : { customerId, clientSecret, expiresAt };
}

// RFC 9110 section 10.2.3: whole seconds.
function retryAfter(ms: number | undefined): Record<string, string> {
  if (ms === undefined) return {};
  const seconds = Math.ceil(ms / 1000);
  const sane = Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), LONGEST_RETRY_AFTER_S) : 1;
  return { 'Retry-After': String(sane) };
}

// https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-08, without its `pk`: a hash of the key can
// be recomputed for a guessed customer.
function rateLimitHeaders(state: RateLimitState | undefined): Record<string, string> {
  if (state === undefined) return {};
  const { identifier, limit, windowS, remaining, resetS } = state;
  return {
    'RateLimit-Policy': `"${identifier}";q=${limit};w=${windowS}`,
    RateLimit: `"${identifier}";r=${remaining};t=${resetS}`,
  };
}
