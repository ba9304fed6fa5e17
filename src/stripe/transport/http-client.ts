import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SecureContext } from 'node:tls';
import { type HttpClientResponse, knownHeaders, readAnswer } from './answer.js';
import { type CertificateAuthorities, Connector, type Origin, secureContext } from './connect.js';
import { StripeTransportError } from './error.js';
import { attempt, type Failure, type Incoming, type Outgoing } from './exchange.js';
import { ConnectionPool } from './pool.js';

export interface TransportSettings {
  readonly attemptTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly maxSockets: number;
  readonly maxNetworkRetries: number;
  readonly ca?: CertificateAuthorities;
}

type RequestHeaders = Record<string, string | number | readonly string[] | null | undefined>;

// An attempt that has less time than this is not begun: it would only cost Stripe work.
const SHORTEST_ATTEMPT_MS = 250;
const BACKOFF_MS = { least: 100, most: 300 };
const LONGEST_TIMER_MS = 2 ** 31 - 1;

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

/**
 * The `httpClient` that `createStripe` gives to stripe-node. Every call settles within the time that stripe-node
 * passes as `timeout` (here the total, not an idle time), makes at most two requests with one idempotency key, and
 * keeps connections warm between calls. Retries are made here and nowhere else, so that they can be counted.
 *
 * The engine is `node:http` over connections of our own, chosen by the bench: see `bench/README.md`.
 */
export class StripeTransport {
  readonly #settings: TransportSettings;
  readonly #pools = new Map<string, ConnectionPool>();
  #secureContext: SecureContext | undefined;
  #closed = false;
  #active = 0;
  #drained: (() => void) | undefined;

  constructor(settings: TransportSettings) {
    this.#settings = settings;
  }

  getClientName(): string {
    return 'express-stripe-customer-session';
  }

  // Eight parameters: the signature is stripe-node's.
  makeRequest(
    host: string,
    port: string | number,
    path: string,
    method: string,
    headers: RequestHeaders,
    requestData: string | Uint8Array | null,
    protocol: string,
    timeout: number,
  ): Promise<HttpClientResponse> {
    const target = { protocol, host, port: Number(port) };
    const list = headerList(method, hostHeader(target), headers);
    return this.send(target, { method, path, headers: list, body: requestData ?? '' }, timeout);
  }

  /** One call that is written out, `Host` and all; `timeoutMs` is for the whole of it, retry included. */
  async send(target: Origin, outgoing: Outgoing, timeoutMs: number): Promise<HttpClientResponse> {
    if (this.#closed) throw new StripeTransportError('ECLOSED', 'CLOSED', 0);
    this.#active += 1;
    try {
      return await this.#attempts(this.#poolOf(target), outgoing, Math.min(timeoutMs, LONGEST_TIMER_MS));
    } finally {
      this.#active -= 1;
      if (this.#active === 0) this.#drained?.();
    }
  }

  /** Opens connections until `count` to that host are idle. Resolves with how many are; never rejects. */
  async warmUp(target: Origin, count: number): Promise<number> {
    return this.#closed ? 0 : this.#poolOf(target).warmUp(count);
  }

  /** Takes no more calls, lets those under way end (each has its deadline), then closes every connection. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const pool of this.#pools.values()) pool.closeIdle();
    if (this.#active > 0) {
      await new Promise<void>((resolve) => {
        const before = this.#drained;
        this.#drained = () => {
          before?.();
          resolve();
        };
      });
    }
    for (const pool of this.#pools.values()) pool.destroy();
  }

  async #attempts(pool: ConnectionPool, outgoing: Outgoing, budgetMs: number): Promise<HttpClientResponse> {
    const endsAt = performance.now() + budgetMs;
    const { attemptTimeoutMs, maxNetworkRetries } = this.#settings;
    let leftMs = budgetMs;
    for (let attempts = 1; ; attempts += 1) {
      const timeoutMs = Math.min(attemptTimeoutMs, leftMs);
      const outcome = await attempt(pool, outgoing, { fresh: attempts > 1, timeoutMs });
      leftMs = endsAt - performance.now();
      const waitMs = attempts > maxNetworkRetries ? undefined : retryAfterMs(outcome);
      if (waitMs === undefined || leftMs - waitMs < SHORTEST_ATTEMPT_MS) return finish(outcome, attempts);
      if (waitMs > 0) await sleep(waitMs);
      leftMs = endsAt - performance.now();
    }
  }

  #poolOf(target: Origin): ConnectionPool {
    const name = `${target.protocol}://${target.host}:${target.port}`;
    let pool = this.#pools.get(name);
    if (!pool) {
      const { attemptTimeoutMs, keepAliveMs, maxSockets } = this.#settings;
      pool = new ConnectionPool(new Connector(target, () => this.#context()), {
        maxSockets,
        keepAliveMs,
        connectTimeoutMs: attemptTimeoutMs,
      });
      this.#pools.set(name, pool);
    }
    return pool;
  }

  // One for all connections: reading the certificate authorities takes longer than connecting.
  #context(): SecureContext {
    this.#secureContext ??= secureContext(this.#settings.ca);
    return this.#secureContext;
  }
}

function finish(outcome: Incoming | Failure, attempts: number): HttpClientResponse {
  if (!('error' in outcome)) return readAnswer(outcome, attempts);
  const { code, reason } = outcome.error;
  throw new StripeTransportError(code, reason, attempts);
}

/** How long to wait before the one retry, or `undefined` where a retry would be wrong or useless. */
function retryAfterMs(outcome: Incoming | Failure): number | undefined {
  if (!('error' in outcome)) return mayRetry(outcome) ? backoffMs() : undefined;
  // The request never arrived, and nobody is overloaded: at once.
  if (outcome.wasDead) return 0;
  return TRANSIENT.has(outcome.error.reason) ? backoffMs() : undefined;
}

// As Stripe's own libraries do (https://docs.stripe.com/error-low-level#network-failures), but for other 4xx.
function mayRetry(incoming: Incoming): boolean {
  const { status } = incoming;
  const advice = knownHeaders(incoming)['stripe-should-retry'];
  if (status === 409 || status >= 500) return advice !== 'false';
  return status === 429 && advice === 'true';
}

function backoffMs(): number {
  return BACKOFF_MS.least + Math.random() * (BACKOFF_MS.most - BACKOFF_MS.least);
}

/** RFC 9110 section 7.2: the port only where it is not the scheme's own. */
export function hostHeader({ protocol, host, port }: Origin): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return port === (protocol === 'https' ? 443 : 80) ? name : `${name}:${port}`;
}

/** One for each call (H10), shared by its two attempts. */
export function newIdempotencyKey(): string {
  return `express-stripe-customer-session-${randomUUID()}`;
}

function headerList(method: string, host: string, headers: RequestHeaders): string[] {
  const list = ['Host', host];
  let hasKey = false;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || value === null) continue;
    hasKey ||= name.toLowerCase() === 'idempotency-key';
    for (const one of Array.isArray(value) ? value : [value]) list.push(name, String(one));
  }
  // Older majors of stripe-node set no key when they are told not to retry; our retry needs one.
  if (method === 'POST' && !hasKey) list.push('Idempotency-Key', newIdempotencyKey());
  return list;
}
