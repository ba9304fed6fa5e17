import { CustomerSessionProblem, type StripeTrace } from '../core/problem.js';
import { isObject, optional } from '../core/values.js';
import { factsOf } from './transport/answer.js';

/** The facts of a failed Stripe call, copied one by one: the error itself holds keys, headers and bodies. */
interface StripeFailure {
  readonly trace: StripeTrace;
  readonly retryAfterMs: number | undefined;
  /** What Node.js or our transport calls it, where no answer came. */
  readonly reason: string | undefined;
  readonly timedOut: boolean;
}

const REQUEST_ID = /^req_[A-Za-z0-9]{1,64}$/;
const WORD = /^[a-z0-9_.[\]]{1,100}$/;
const REASON = /^[A-Z0-9_]{1,64}$/;
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * What a failed Stripe call means for this request (H11). Decides by status and code: the classes of stripe-node
 * moved between its majors.
 */
export function problemFromStripe(error: unknown): CustomerSessionProblem {
  const { trace: stripe, retryAfterMs, reason, timedOut } = readFailure(error);
  const status = stripe.stripeStatus;
  if (status === undefined) {
    if (timedOut) return new CustomerSessionProblem('timeout', { stripe, reason: 'stripe' });
    return new CustomerSessionProblem('stripe_unavailable', { stripe, reason: reason ?? 'UNKNOWN' });
  }
  if (isMissingCustomer(stripe)) return new CustomerSessionProblem('no_customer', { stripe });
  const because = stripe.stripeCode ?? `http_${status}`;
  if (status === 429) {
    return new CustomerSessionProblem('stripe_rate_limited', {
      stripe,
      reason: because,
      retryAfterMs: retryAfterMs ?? 1_000,
    });
  }
  const isRefused = status >= 400 && status < 500 && status !== 409;
  return new CustomerSessionProblem(isRefused ? 'misconfigured' : 'stripe_unavailable', {
    stripe,
    reason: because,
  });
}

/** The idempotency key that an answer or an error of stripe-node's echoes; `undefined` where it echoes none. */
export function echoedKey(answerOrError: unknown): unknown {
  if (!isObject(answerOrError)) return undefined;
  const { lastResponse, headers } = answerOrError;
  if (isObject(lastResponse)) return lastResponse.idempotencyKey ?? undefined;
  return isObject(headers) ? headers['idempotency-key'] : undefined;
}

/** H15, for a host's own client: an answer that echoes another call's key. */
export function otherAnswer(): CustomerSessionProblem {
  return new CustomerSessionProblem('stripe_unavailable', { reason: 'OTHER_ANSWER' });
}

/** A request id as Stripe writes them, or nothing: whatever else stands in its place is not passed on. */
export function requestId(value: unknown): string | undefined {
  return typeof value === 'string' && REQUEST_ID.test(value) ? value : undefined;
}

function isMissingCustomer({ stripeStatus, stripeCode, stripeParam }: StripeTrace): boolean {
  const refused = stripeStatus === 400 || stripeStatus === 404;
  const aboutCustomer = stripeParam === 'customer' || stripeParam === 'customer_account';
  return refused && stripeCode === 'resource_missing' && aboutCustomer;
}

function readFailure(error: unknown): StripeFailure {
  if (!isObject(error)) return { trace: {}, retryAfterMs: undefined, reason: undefined, timedOut: false };
  const detail = isObject(error.detail) ? error.detail : {};
  const headers = isObject(error.headers) ? error.headers : {};
  return {
    timedOut: error.code === 'ETIMEDOUT' || detail.code === 'ETIMEDOUT',
    reason: match(REASON, detail.reason) ?? match(REASON, detail.code) ?? match(REASON, error.code),
    retryAfterMs: retryAfterOf(headers['retry-after']),
    trace: {
      ...optional('stripeStatus', integer(error.statusCode)),
      ...optional('stripeCode', match(WORD, error.code)),
      ...optional('stripeParam', match(WORD, error.param)),
      ...optional('stripeRequestId', requestId(error.requestId)),
      ...optional('attempts', factsOf(headers)?.attempts ?? integer(detail.attempts)),
    },
  };
}

function retryAfterOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Number(value) * 1_000 : 0;
  return ms > 0 ? Math.min(ms, LONGEST_RETRY_AFTER_MS) : undefined;
}

function match(pattern: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

function integer(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? Number(value) : undefined;
}
