import type { Components } from '../components.js';
import type { Customer } from '../customer-ref.js';
import type { Deadline } from '../deadline.js';
import type { Trace } from '../events.js';
import type { StripeClient } from '../options.js';
import { Problem } from '../problem.js';
import { attemptsOf, optional, problemFromStripe, requestId } from './failures.js';
import { type Slot, Slots } from './slots.js';

/** What a caller is answered with, and what an event may tell. The secret lives here and in the answer only. */
export interface Session {
  readonly clientSecret: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly customer: string;
}

export interface SessionRequest {
  readonly customer: Customer;
  readonly components: Components;
  readonly deadline: Deadline;
  /** What Stripe's answer must say; `undefined` takes either. */
  readonly livemode: boolean | undefined;
  /** Whether the browser still waits for an answer. */
  readonly isWanted: () => boolean;
  readonly trace: Trace;
}

export interface SessionConfig {
  readonly stripe: StripeClient;
  /** The client was not made by `createStripe`: its retries and its timeout are its own. */
  readonly hostClient: boolean;
  readonly maxInFlight: number;
  readonly maxWaiting: number;
}

const CLIENT_SECRET = /^[\x21-\x7e]{8,5000}$/;
// Stripe documents 30 minutes, then up to 30 more; a day is beyond any change of mind, and catches milliseconds.
const LONGEST_LIFE_S = 86_400;
const YEAR_2001_S = 1_000_000_000;
const YEAR_2286_S = 10_000_000_000;
// stripe-node's own client can leave a call unsettled for ever (a scalar body); its longest honest call is about
// four minutes. A slot is not lost for good to one.
const HOST_CALL_LOST_MS = 300_000;

/** Creates sessions through one set of slots. Nothing is cached, coalesced or given a stable key (H10). */
export function sessionCreator(config: SessionConfig) {
  const slots = new Slots(config);
  const client = { create: createMethodOf(config), hostClient: config.hostClient };

  return async function createSession(request: SessionRequest): Promise<Session> {
    const slot = await slots.acquire(request.deadline.leftMs());
    if (!request.isWanted()) {
      slot.release();
      // Answered to nobody: the client has gone.
      throw new Problem('timeout');
    }
    const startedAt = performance.now();
    try {
      const answer = await request.deadline.within(callStripe(client, request, slot));
      return checkAnswer(answer, request);
    } catch (error) {
      throw error instanceof Problem ? error : problemFromStripe(error);
    } finally {
      request.trace.note({ stripeMs: performance.now() - startedAt });
    }
  };
}

// The slot is held until the call has really ended, which may be after the deadline.
async function callStripe(
  { create, hostClient }: Client,
  request: SessionRequest,
  slot: Slot,
): Promise<unknown> {
  const { customer, components, deadline } = request;
  const params = { [customer.parameter]: customer.id, components };
  const options = {
    ...customer.connect,
    timeout: deadline.leftMs(),
    // Of a host's own client: at most two attempts, which share the idempotency key that stripe-node gives them.
    ...(hostClient ? { maxNetworkRetries: 1 } : {}),
  };
  const lost = hostClient ? setTimeout(() => slot.release(), HOST_CALL_LOST_MS).unref() : undefined;
  try {
    return await create(params, options);
  } finally {
    clearTimeout(lost);
    slot.release();
  }
}

type RawRequest = (method: string, path: string, params: object, options: object) => Promise<unknown>;

interface Client {
  readonly create: (params: object, options: object) => Promise<unknown>;
  readonly hostClient: boolean;
}

// The same request by either way. A method of a resource also takes a stack trace for every call that goes well: a
// sixth of the time that a whole request costs (bench/README.md). A host's client is called as its types promise.
function createMethodOf({ stripe, hostClient }: SessionConfig): Client['create'] {
  if (!hostClient && 'rawRequest' in stripe && typeof stripe.rawRequest === 'function') {
    const raw = stripe as StripeClient & { rawRequest: RawRequest };
    return (params, options) => raw.rawRequest('POST', '/v1/customer_sessions', params, options);
  }
  return (params, options) => stripe.customerSessions.create(params as never, options as never);
}

// H12. An answer that does not fit is dropped whole: its secret may open someone else's payment methods.
function checkAnswer(answer: unknown, request: SessionRequest): Session {
  if (!isObject(answer)) throw new Problem('stripe_unavailable');
  const { lastResponse } = answer;
  const { statusCode, requestId: id, headers } = isObject(lastResponse) ? lastResponse : {};
  if (typeof statusCode === 'number' && statusCode >= 300)
    throw problemFromStripe({ statusCode, requestId: id });
  const stripe = {
    stripeStatus: 200,
    ...optional('stripeRequestId', requestId(id)),
    ...optional('attempts', isObject(headers) ? attemptsOf(headers) : undefined),
  };
  const { client_secret: clientSecret, expires_at: expiresAt, livemode } = answer;
  request.trace.note({ ...stripe, ...(typeof livemode === 'boolean' ? { livemode } : {}) });
  const fits =
    (statusCode === undefined || statusCode === 200) &&
    answer.object === 'customer_session' &&
    answer[request.customer.parameter] === request.customer.id &&
    (request.livemode === undefined || livemode === request.livemode);
  if (!fits || !isSecret(clientSecret) || !isExpiry(expiresAt, answer.created)) {
    throw new Problem('stripe_mismatch');
  }
  return { clientSecret, expiresAt, customer: request.customer.id };
}

function isSecret(value: unknown): value is string {
  return typeof value === 'string' && CLIENT_SECRET.test(value);
}

// Against Stripe's own `created`, where it is given: this machine's clock may be wrong.
function isExpiry(value: unknown, created: unknown): value is number {
  if (typeof value !== 'number' || !Number.isInteger(value)) return false;
  if (value < YEAR_2001_S || value >= YEAR_2286_S) return false;
  return typeof created !== 'number' || (value > created && value - created <= LONGEST_LIFE_S);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
