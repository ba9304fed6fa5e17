import { tellable } from './host-error.js';
import type { RateLimitState } from './types.js';

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

/**
 * The code of a refusal: the last part of its `type`, and its `code` member. `docs/problems.md` has a heading for each.
 * @useDeclaredType
 */
export type ProblemCode = keyof typeof CATALOGUE;

/** What is known of the Stripe call behind an outcome; names and numbers only, never Stripe's text. */
export interface StripeTrace {
  /** The HTTP status of Stripe's answer. */
  stripeStatus?: number;
  /** The `code` of Stripe's error, such as `resource_missing`. */
  stripeCode?: string;
  /** The parameter that Stripe's error is about, such as `customer`. */
  stripeParam?: string;
  /** Stripe's `request-id`, for its support. */
  stripeRequestId?: string;
  /** Requests made to Stripe: 1 or 2. */
  attempts?: number;
}

/** What a `CustomerSessionProblem` may be made with. */
export interface ProblemDetails {
  /** How long the caller should wait before it asks again, in ms: `Retry-After` of the answer. */
  retryAfterMs?: number | undefined;
  /** Why, as a word, for the event: `no_origin`, `ECONNREFUSED`. Never shown to the caller. */
  reason?: string | undefined;
  /** What is known of the Stripe call behind it, for the event. */
  stripe?: StripeTrace | undefined;
  /** The state of the rate limit, for the answer's `RateLimit` headers. */
  rateLimit?: RateLimitState | undefined;
  /**
   * The host's own error. It reaches `onEvent` and nothing else; of one that holds an error of stripe-node only name, code
   * and stack are kept.
   */
  cause?: unknown;
}

/**
 * This request is refused: what `issue()` and `directory.resolve()` reject with. A `resolveCustomer` may reject with one
 * too; the router answers it as it is. Errors of start-up are `TypeError`s.
 */
export class CustomerSessionProblem extends Error {
  /** For logs, and for `catch` blocks that know the class by its name. */
  override readonly name = 'CustomerSessionProblem';
  /** One of the codes of docs/problems.md. */
  readonly code: ProblemCode;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** How long to wait before the next try, in ms; `undefined` where nothing is known. */
  readonly retryAfterMs: number | undefined;
  /** Why, as a word for logs: `no_origin`, `ECONNREFUSED`. */
  readonly reason: string | undefined;
  /** What is known of the Stripe call behind it. */
  readonly stripe: StripeTrace;
  /** The state of the customer's rate limit. */
  readonly rateLimit: RateLimitState | undefined;

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    super(
      CATALOGUE[code].title,
      details.cause === undefined ? undefined : { cause: tellable(details.cause) },
    );
    this.code = code;
    this.status = CATALOGUE[code].status;
    this.retryAfterMs = details.retryAfterMs;
    this.reason = details.reason;
    this.stripe = details.stripe ?? {};
    this.rateLimit = details.rateLimit;
  }
}

/** The sentence that a refusal shows the caller. */
export function titleOf(code: ProblemCode): string {
  return CATALOGUE[code].title;
}

/** Whatever is not a problem is a fault of this package, and its text is nobody's business. */
export function asProblem(error: unknown): CustomerSessionProblem {
  if (error instanceof CustomerSessionProblem) return error;
  return new CustomerSessionProblem('internal_error', { reason: 'unexpected', cause: error });
}
