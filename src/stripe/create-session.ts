import type { Components } from '../components/components.js';
import type { Customer } from '../core/customer-ref.js';
import type { Deadline } from '../core/deadline.js';
import type { Trace } from '../core/events.js';
import { Problem } from '../core/problem.js';
import type { StripeClient } from '../options/router-options.js';
import { optional, problemFromStripe, requestId } from './failures.js';
import {
  type CallStripe,
  callHostClient,
  callOverTransport,
  type PostSession,
  type StripeAnswer,
} from './session-call.js';
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
  /** Of a client made by `createStripe`. Without it the client is the host's: its retries and time-out are its own. */
  readonly postSession: PostSession | undefined;
  readonly components: Components | ((...args: never[]) => unknown);
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
  const callStripe = stripeCaller(config);
  const longestCallMs = config.postSession ? undefined : HOST_CALL_LOST_MS;

  // The slot is held until the call has really ended, which may be after the deadline.
  async function callWithin(slot: Slot, { customer, components, deadline }: SessionRequest) {
    const lost = longestCallMs && setTimeout(() => slot.release(), longestCallMs).unref();
    try {
      return await callStripe({ customer, components, timeoutMs: deadline.leftMs() });
    } finally {
      clearTimeout(lost);
      slot.release();
    }
  }

  return async function createSession(request: SessionRequest): Promise<Session> {
    const slot = await slots.acquire(request.deadline.leftMs());
    if (!request.isWanted()) {
      slot.release();
      // Answered to nobody: the client has gone.
      throw new Problem('timeout');
    }
    const startedAt = performance.now();
    try {
      const answer = await request.deadline.within(callWithin(slot, request));
      return checkAnswer(answer, request);
    } catch (error) {
      throw error instanceof Problem ? error : problemFromStripe(error);
    } finally {
      request.trace.note({ stripeMs: performance.now() - startedAt });
    }
  };
}

function stripeCaller({ stripe, postSession, components }: SessionConfig): CallStripe {
  if (!postSession) return callHostClient(stripe);
  return callOverTransport(postSession, typeof components === 'function' ? undefined : components);
}

// H12. An answer that does not fit is dropped whole: its secret may open someone else's payment methods.
function checkAnswer(answer: StripeAnswer | undefined, request: SessionRequest): Session {
  if (answer === undefined) throw new Problem('stripe_unavailable');
  const { status, body } = answer;
  const { client_secret: clientSecret, expires_at: expiresAt, livemode } = body;
  request.trace.note({
    ...optional('stripeStatus', status),
    ...optional('stripeRequestId', requestId(answer.requestId)),
    ...optional('attempts', answer.attempts),
    ...(typeof livemode === 'boolean' ? { livemode } : {}),
  });
  const fits =
    (status === undefined || status === 200) &&
    body.object === 'customer_session' &&
    body[request.customer.parameter] === request.customer.id &&
    (request.livemode === undefined || livemode === request.livemode);
  if (!fits || !isSecret(clientSecret) || !isExpiry(expiresAt, body.created)) {
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
