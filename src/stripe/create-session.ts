import type { Components } from '../components/components.js';
import { type Customer, isCustomerId } from '../core/customer-ref.js';
import type { Session } from '../core/customer-session.js';
import type { Trace } from '../core/events.js';
import { CustomerSessionProblem } from '../core/problem.js';
import type { StripeClient } from '../core/types.js';
import { isObject, optional } from '../core/values.js';
import type { WarnOnce } from '../core/warn-once.js';
import { keyModeOf } from './client.js';
import { echoedKey, otherAnswer, problemFromStripe, requestId } from './failures.js';
import { type AnswerFacts, factsOf } from './transport/answer.js';
import { newIdempotencyKey } from './transport/http-client.js';

/** One call for a session. */
export interface SessionCall {
  readonly customer: Customer;
  readonly components: Components;
  /** For the whole call, retry included, in ms. */
  readonly timeoutMs: number;
  /** What Stripe's answer must say; `undefined` takes either. */
  readonly livemode: boolean | undefined;
  readonly trace: Trace;
}

export type CreateSession = (call: SessionCall) => Promise<Session>;

const CLIENT_SECRET = /^[\x21-\x7e]{8,5000}$/;
// Stripe documents 30 minutes, then up to 30 more; a day is beyond any change of mind, and catches milliseconds.
const LONGEST_LIFE_S = 86_400;
const YEAR_2001_S = 1_000_000_000;
const YEAR_2286_S = 10_000_000_000;

/**
 * Creates sessions through `stripe.customerSessions.create`, whatever the client. Nothing is cached, coalesced or given a
 * stable key (H10). Rejects with a problem (H11, H12, H15), never with Stripe's own error.
 */
export function sessionCreator(stripe: StripeClient, warn: WarnOnce): CreateSession {
  // With a host's own client at most two attempts, too, which share the idempotency key.
  const retries = keyModeOf(stripe) === undefined ? { maxNetworkRetries: 1 } : {};

  return async function createSession({ customer, components, timeoutMs, livemode, trace }) {
    const idempotencyKey = newIdempotencyKey();
    const params = { [customer.parameter]: customer.id, components };
    const options = { ...customer.connect, ...retries, timeout: timeoutMs, idempotencyKey };
    const startedAt = performance.now();
    let answer: unknown;
    try {
      answer = await stripe.customerSessions.create(params as never, options as never);
    } catch (error) {
      throw isAnswerTo(error, idempotencyKey) ? problemFromStripe(error) : otherAnswer();
    } finally {
      trace.note({ stripeMs: performance.now() - startedAt });
    }
    if (!isAnswerTo(answer, idempotencyKey)) throw otherAnswer();
    if (!isObject(answer))
      throw new CustomerSessionProblem('stripe_unavailable', { reason: 'NOT_AN_OBJECT' });
    const facts = noteAnswer(answer, { trace, warn });
    const reason = whyMismatch(answer, { customer, livemode });
    if (reason === undefined) return sessionOf(answer, customer);
    facts?.closeConnections();
    throw new CustomerSessionProblem('stripe_mismatch', { reason });
  };
}

// H15. An answer that echoes no key (a stub, an old mock) is not checked.
function isAnswerTo(answerOrError: unknown, key: string): boolean {
  const echo = echoedKey(answerOrError);
  return echo === undefined || echo === key;
}

// @throws where the answer says of itself that it is a failure: some 4xx bodies resolve like a success.
function noteAnswer(
  answer: Record<string, unknown>,
  { trace, warn }: { trace: Trace; warn: WarnOnce },
): AnswerFacts | undefined {
  const { lastResponse, livemode } = answer;
  const { statusCode, requestId: id, headers } = isObject(lastResponse) ? lastResponse : {};
  const facts = isObject(lastResponse) ? factsOf(lastResponse) : undefined;
  if (isObject(lastResponse) && facts === undefined) warnOfOwnTransport(warn);
  if (typeof statusCode === 'number' && statusCode >= 300) {
    throw problemFromStripe({ statusCode, requestId: id, headers });
  }
  trace.note({
    ...(typeof statusCode === 'number' ? { stripeStatus: statusCode } : {}),
    ...optional('stripeRequestId', requestId(id)),
    ...optional('attempts', facts?.attempts),
    ...(typeof livemode === 'boolean' ? { livemode } : {}),
  });
  return facts;
}

// H12. An answer that does not fit is dropped whole: its secret may open someone else's payment methods.
function whyMismatch(
  body: Record<string, unknown>,
  { customer, livemode }: Pick<SessionCall, 'customer' | 'livemode'>,
): string | undefined {
  const { lastResponse } = body;
  const { statusCode = 200 } = isObject(lastResponse) ? lastResponse : {};
  if (statusCode !== 200) return 'status';
  if (body.object !== 'customer_session') return 'object';
  if (body[customer.parameter] !== customer.id) return 'customer';
  if (livemode !== undefined && body.livemode !== livemode) return 'livemode';
  if (!isSecret(body.client_secret)) return 'client_secret';
  return isExpiry(body.expires_at, body.created) ? undefined : 'expires_at';
}

// Of an answer that fits.
function sessionOf(answer: Record<string, unknown>, customer: Customer): Session {
  const { client_secret, expires_at, customer: customerId } = answer;
  return {
    clientSecret: client_secret as string,
    expiresAt: expires_at as number,
    customer: customer.id,
    customerId: isCustomerId(customerId) ? customerId : undefined,
  };
}

function isSecret(value: unknown): boolean {
  return typeof value === 'string' && CLIENT_SECRET.test(value);
}

// Against Stripe's own `created`, where it is given: this machine's clock may be wrong. The official stripe-mock gives both
// the same second.
function isExpiry(value: unknown, created: unknown): boolean {
  const expiry = Number.isInteger(value) ? Number(value) : 0;
  if (expiry < YEAR_2001_S || expiry >= YEAR_2286_S) return false;
  return typeof created !== 'number' || (expiry >= created && expiry - created <= LONGEST_LIFE_S);
}

function warnOfOwnTransport(warn: WarnOnce): void {
  warn(
    'ESCS_OWN_TRANSPORT',
    "Sessions are created through stripe-node's own HTTP client, which can hang past a deadline, crash on a malformed answer " +
      'and keep secrets in its errors. Pass stripe: createStripe(key), or make yours with ' +
      'new Stripe(key, { httpClient: stripeHttpClient() }). This is said once.',
  );
}
