import type { Response } from 'express';

/** Every refusal there is. `docs/problems.md` has a heading for each. */
const CATALOGUE = {
  method_not_allowed: { status: 405, title: 'Only POST creates a customer session.' },
  tls_required: { status: 403, title: 'This endpoint answers over HTTPS only.' },
  cross_origin: { status: 403, title: 'This endpoint answers its own site only.' },
  unauthenticated: { status: 401, title: 'Sign in first.' },
  no_customer: { status: 409, title: 'This user has no customer yet.' },
  misconfigured: { status: 500, title: 'The server is not set up for this.' },
  internal_error: { status: 500, title: 'The server could not do this.' },
  rate_limited: { status: 429, title: 'Too many requests for this customer.' },
  overloaded: { status: 503, title: 'The server is busy.' },
  stripe_rate_limited: { status: 503, title: 'The payment provider is busy.' },
  stripe_unavailable: { status: 502, title: 'The payment provider could not be reached.' },
  stripe_mismatch: { status: 502, title: 'The payment provider gave an answer that does not fit.' },
  timeout: { status: 504, title: 'This took too long.' },
} as const satisfies Record<string, { status: number; title: string }>;

/** The code of a refusal: the last part of its `type`, and its `code` member. */
export type ProblemCode = keyof typeof CATALOGUE;

/** How a router answers: the shape that the front end's SDK expects. */
export type AnswerFormat = 'web' | 'mobile' | 'billing-sdk';

/** What is known of the Stripe call behind a refusal; names and numbers only, never Stripe's text. */
export interface StripeTrace {
  stripeStatus?: number;
  stripeCode?: string;
  stripeParam?: string;
  stripeRequestId?: string;
  attempts?: number;
}

export interface ProblemDetails {
  /** Response headers of this refusal, `Retry-After` for one. */
  headers?: Readonly<Record<string, string>>;
  stripe?: StripeTrace;
  /** The host's own error. It reaches `onEvent` and nothing else. */
  cause?: unknown;
}

/** This request is refused. The only error class of the request path; start-up errors are `TypeError`s. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly stripe: StripeTrace;

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    super(CATALOGUE[code].title, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.status = CATALOGUE[code].status;
    this.headers = details.headers ?? {};
    this.stripe = details.stripe ?? {};
  }
}

/** The only writer of a refusal: RFC 9457, with an exact length. */
export function answerProblem(res: Response, problem: Problem, format: AnswerFormat): void {
  const body = bodyOf(problem.code, format);
  res.statusCode = problem.status;
  for (const [name, value] of Object.entries(problem.headers)) res.setHeader(name, value);
  res.setHeader('Content-Type', 'application/problem+json');
  res.setHeader('Content-Length', body.length);
  res.end(body);
}

function serialize(code: ProblemCode, extra: object): Buffer {
  const { status, title } = CATALOGUE[code];
  const type = `urn:express-stripe-customer-session:problem:${code}`;
  return Buffer.from(JSON.stringify({ type, title, status, code, ...extra }));
}

// BillingSDK recognises a signed-out user by this member.
const NO_SESSION_PRESENT = serialize('unauthenticated', { error: { type: 'no_session_present' } });

function bodyOf(code: ProblemCode, format: AnswerFormat): Buffer {
  if (format === 'billing-sdk' && code === 'unauthenticated') return NO_SESSION_PRESENT;
  return serialize(code, {});
}
