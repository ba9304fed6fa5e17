import type http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { StripeAgent } from './agent.js';
import { type AnswerFacts, type HttpClientResponse, passOn, readSession } from './answer.js';
import { StripeTransportError } from './error.js';
import { Answer, exchange, type Failure, type Outgoing } from './exchange.js';
import type { TransportSettings } from './settings.js';

/** One call of stripe-node's. */
export interface Call {
  readonly outgoing: Outgoing;
  /** `POST /v1/customer_sessions`: read at once, capped at 64 KiB, its errors cut down. */
  readonly isSession: boolean;
  /** For the whole call, retry included, in ms. */
  readonly timeoutMs: number;
}

export interface Way {
  readonly settings: TransportSettings;
  readonly agent: http.Agent;
  /** For the second attempt: a connection that was not idle. */
  readonly retryAgent: () => http.Agent;
}

/** An answer that is this call's, and what stripe-node is given of it. */
interface Taken {
  readonly answer: Answer;
  readonly response: HttpClientResponse;
}

// An attempt that has less time than this is not begun: it would only cost Stripe work.
const SHORTEST_ATTEMPT_MS = 250;
const BACKOFF_MS = { least: 100, most: 300 };

// What may pass by itself. A certificate that does not fit, say, will not.
const TRANSIENT = new Set([
  'DEADLINE',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** H10: at most two attempts, which share the idempotency key. @throws {StripeTransportError} */
export async function sendWithRetry(call: Call, way: Way): Promise<HttpClientResponse> {
  const endsAt = performance.now() + call.timeoutMs;
  const leftMs = () => endsAt - performance.now();
  const first = await attempt(call, way, { agent: way.agent, timeoutMs: call.timeoutMs, attempts: 1 });
  const waitMs = retryAfterMs(first, way);
  if (waitMs === undefined || leftMs() - waitMs < SHORTEST_ATTEMPT_MS) return responseOf(first, 1);
  if ('answer' in first && !call.isSession) first.answer.discard();
  if (waitMs > 0) await sleep(waitMs);
  const agent = way.retryAgent();
  return responseOf(await attempt(call, way, { agent, timeoutMs: leftMs(), attempts: 2 }), 2);
}

async function attempt(
  { outgoing, isSession }: Call,
  { settings }: Way,
  { agent, timeoutMs, attempts }: { agent: http.Agent; timeoutMs: number; attempts: number },
): Promise<Taken | Failure> {
  const mostMs = isSession ? Math.min(timeoutMs, settings.attemptTimeoutMs) : timeoutMs;
  const answer = await exchange(outgoing, { agent, ca: settings.ca, timeoutMs: mostMs });
  if (!(answer instanceof Answer)) return answer;
  if (!belongsTo(outgoing, answer)) {
    answer.discard();
    return failed(new StripeTransportError('EANSWER', 'OTHER_ANSWER'));
  }
  const facts = factsFor(answer, agent, attempts);
  if (!isSession) return { answer, response: passOn(answer, facts, settings.maxBodyBytes) };
  try {
    return { answer, response: await readSession(answer, facts) };
  } catch (error) {
    if (error instanceof StripeTransportError) return failed(error);
    throw error;
  }
}

// H15: Stripe echoes the key of the call that it answers.
function belongsTo({ headers }: Outgoing, answer: Answer): boolean {
  const echo = answer.headers['idempotency-key'];
  if (echo === undefined) return true;
  return Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'idempotency-key' && value === echo,
  );
}

function factsFor({ request }: Answer, agent: http.Agent, attempts: number): AnswerFacts {
  const { socket } = request;
  return {
    attempts,
    closeConnections: () => {
      socket?.destroy();
      if (agent instanceof StripeAgent) agent.closeIdle();
    },
  };
}

// An answer had begun, so its connection was alive.
function failed(error: StripeTransportError): Failure {
  return { error, request: undefined };
}

/** How long to wait before the one retry, or `undefined` where a retry would be wrong or useless. */
function retryAfterMs(outcome: Taken | Failure, { settings, agent }: Way): number | undefined {
  const mayRetry = settings.maxNetworkRetries === 1;
  if ('answer' in outcome) return mayRetry && isPassing(outcome.answer) ? backoffMs() : undefined;
  const { reason } = outcome.error;
  // The request never arrived, or came back with the answer to another: nobody is overloaded, so at once.
  if (reason === 'OTHER_ANSWER' || wasDead(outcome, agent)) return 0;
  return mayRetry && TRANSIENT.has(reason) ? backoffMs() : undefined;
}

// An idle connection broke before a byte came back: the server had closed it already.
// https://nodejs.org/api/http.html#requestreusedsocket
function wasDead({ error, request }: Failure, agent: http.Agent): boolean {
  if (error.code !== 'ECONN' || request === undefined) return false;
  const { reusedSocket, socket } = request;
  return reusedSocket || (socket !== null && agent instanceof StripeAgent && agent.wasSpare(socket));
}

// As Stripe's own libraries do (https://docs.stripe.com/error-low-level#network-failures), but for other 4xx.
function isPassing({ status, headers }: Answer): boolean {
  const advice = headers['stripe-should-retry'];
  if (status === 409 || status >= 500) return advice !== 'false';
  return status === 429 && advice === 'true';
}

function backoffMs(): number {
  return BACKOFF_MS.least + Math.random() * (BACKOFF_MS.most - BACKOFF_MS.least);
}

function responseOf(outcome: Taken | Failure, attempts: number): HttpClientResponse {
  if ('answer' in outcome) return outcome.response;
  const { code, reason } = outcome.error;
  throw new StripeTransportError(code, reason, attempts);
}
