import { Problem, type StripeTrace } from '../core/problem.js';

/** The facts of a failed Stripe call, copied one by one: the error itself holds keys, headers and bodies. */
interface StripeFailure extends StripeTrace {
  retryAfter?: number;
  timedOut: boolean;
}

const REQUEST_ID = /^req_[A-Za-z0-9]{1,64}$/;
const WORD = /^[a-z0-9_.[\]]{1,100}$/;
const LONGEST_RETRY_AFTER_S = 60;

/**
 * What a failed Stripe call means for this request (H11). Decides by status and code: the classes of stripe-node
 * moved between its majors.
 */
export function problemFromStripe(error: unknown): Problem {
  const failure = readFailure(error);
  const { retryAfter, timedOut, ...stripe } = failure;
  const status = failure.stripeStatus;
  if (isMissingCustomer(failure)) return new Problem('no_customer', { stripe });
  if (status === 429) {
    return new Problem('stripe_rate_limited', {
      stripe,
      headers: { 'Retry-After': String(retryAfter ?? 1) },
    });
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 409) {
    warnOfMisconfiguration(failure);
    return new Problem('misconfigured', { stripe });
  }
  return new Problem(timedOut ? 'timeout' : 'stripe_unavailable', { stripe });
}

function isMissingCustomer({ stripeStatus, stripeCode, stripeParam }: StripeFailure): boolean {
  const refused = stripeStatus === 400 || stripeStatus === 404;
  const aboutCustomer = stripeParam === 'customer' || stripeParam === 'customer_account';
  return refused && stripeCode === 'resource_missing' && aboutCustomer;
}

function readFailure(error: unknown): StripeFailure {
  if (!isObject(error)) return { timedOut: false };
  const detail = isObject(error.detail) ? error.detail : {};
  const headers = isObject(error.headers) ? error.headers : {};
  const timedOut = error.code === 'ETIMEDOUT' || detail.code === 'ETIMEDOUT';
  return {
    timedOut,
    ...optional('stripeStatus', integer(error.statusCode)),
    ...optional('stripeCode', word(error.code)),
    ...optional('stripeParam', word(error.param)),
    ...optional('stripeRequestId', requestId(error.requestId)),
    ...optional('attempts', attemptsOf(headers) ?? integer(detail.attempts)),
    ...optional('retryAfter', retryAfterS(headers['retry-after'])),
  };
}

/** How many attempts our transport made, which it notes among the headers of Stripe's answer. */
export function attemptsOf(headers: Record<string, unknown>): number | undefined {
  return integer(Number(headers['x-ecs-attempts']));
}

/** A request id as Stripe writes them, or nothing: whatever else stands in its place is not passed on. */
export function requestId(value: unknown): string | undefined {
  return typeof value === 'string' && REQUEST_ID.test(value) ? value : undefined;
}

/**
 * Whether a host's error is, or holds, an error of stripe-node's, whose fields carry secrets: such a one never
 * reaches an event. What is too deep to look through counts as one.
 */
export function carriesStripeError(error: unknown, depth = 0): boolean {
  if (!isObject(error)) return false;
  if (depth > MOST_DEPTH) return true;
  const isOne = 'rawType' in error || 'lastResponse' in error || /^Stripe[A-Z]/.test(String(error.type));
  return isOne || ownValues(error).some((value) => value !== error && carriesStripeError(value, depth + 1));
}

const MOST_DEPTH = 4;

// Without calling getters, which may do anything.
function ownValues(object: object): unknown[] {
  return Reflect.ownKeys(object).map((key) => Object.getOwnPropertyDescriptor(object, key)?.value);
}

const warnedOf = new Set<string>();

// A wrong key or a wrong parameter is the developer's to fix, and the answer tells nothing: say it once.
function warnOfMisconfiguration({
  stripeStatus,
  stripeCode,
  stripeParam,
  stripeRequestId,
}: StripeFailure): void {
  const what = [stripeStatus, stripeCode, stripeParam && `param ${stripeParam}`].filter(Boolean).join(', ');
  if (warnedOf.has(what) || warnedOf.size >= 100) return;
  warnedOf.add(what);
  const hint =
    stripeStatus === 401 || stripeStatus === 403
      ? 'Check the secret key and its permissions.'
      : 'Check components and the customer.';
  process.emitWarning(
    `Stripe refused to create a customer session (${what}${stripeRequestId ? `, ${stripeRequestId}` : ''}). ${hint} ` +
      'Callers get 500 misconfigured. This is said once per kind.',
    { code: 'ESCS_MISCONFIGURED' },
  );
}

function retryAfterS(value: unknown): number | undefined {
  const seconds = integer(Math.ceil(Number(value)));
  return seconds === undefined || seconds < 1 ? undefined : Math.min(seconds, LONGEST_RETRY_AFTER_S);
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && WORD.test(value) ? value : undefined;
}

function integer(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? Number(value) : undefined;
}

/** `{ [key]: value }`, or nothing where there is no value: events carry no `undefined`. */
export function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
