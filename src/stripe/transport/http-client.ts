import { randomUUID } from 'node:crypto';
import type http from 'node:http';
import { LONGEST_TIMER_MS } from '../../core/values.js';
import { freshAgent, plainAgent, StripeAgent } from './agent.js';
import type { HttpClientResponse } from './answer.js';
import { type Call, sendWithRetry } from './attempts.js';
import { StripeTransportError } from './error.js';
import type { TransportSettings } from './settings.js';

type RequestHeaders = Record<string, string | number | readonly string[] | null | undefined>;

const SESSIONS_PATH = '/v1/customer_sessions';
/** stripe-node's own default: what it passes when nobody chose a time-out. */
const STRIPE_NODE_TIMEOUT_MS = 80_000;
const SESSION_TIMEOUT_MS = 8_000;

/**
 * An `httpClient` for stripe-node over Node's own `https.request`: a total deadline for each call, at most one retry with
 * the same idempotency key, bounded bodies that are JSON objects, and answers that belong to their calls.
 */
export class StripeHttpClient {
  readonly #settings: TransportSettings;
  readonly #agents = new Map<string, http.Agent>();
  readonly #drained: (() => void)[] = [];
  #isClosed = false;
  #active = 0;

  constructor(settings: TransportSettings) {
    this.#settings = settings;
  }

  /** @internal What stripe-node asks of an `httpClient`. */
  getClientName(): string {
    return 'express-stripe-customer-session';
  }

  /** @internal What stripe-node asks of an `httpClient`: the eight parameters are its own. */
  async makeRequest(
    host: string,
    port: string | number,
    path: string,
    method: string,
    headers: RequestHeaders,
    body: string | Uint8Array | null,
    protocol: string,
    timeout: number,
  ): Promise<HttpClientResponse> {
    if (this.#isClosed) throw new StripeTransportError('ECLOSED', 'CLOSED', 0);
    const isSession = method === 'POST' && path === SESSIONS_PATH;
    const timeoutMs = isSession && timeout >= STRIPE_NODE_TIMEOUT_MS ? SESSION_TIMEOUT_MS : timeout;
    const written = writeHeaders(headers, method);
    this.#active += 1;
    try {
      return await this.#send({
        outgoing: { protocol, host, port: Number(port), method, path, headers: written, body: body ?? '' },
        isSession,
        timeoutMs: Math.min(timeoutMs, LONGEST_TIMER_MS),
      });
    } finally {
      this.#active -= 1;
      if (this.#active === 0) for (const tell of this.#drained) tell();
    }
  }

  /**
   * Opens a connection before the first user comes, so that nobody waits for TCP and TLS. Resolves with whether it is open;
   * never rejects. Does nothing with `spareConnection: false`, over plain http and with an `httpAgent` of the host's own.
   */
  warmUp(): Promise<boolean> {
    const agent = this.#isClosed ? undefined : this.#agentFor(this.#settings.protocol);
    return agent instanceof StripeAgent ? agent.warmUp() : Promise.resolve(false);
  }

  /** Takes no more calls, lets those under way end (each has its deadline), then closes every connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#active > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #send(call: Call): Promise<HttpClientResponse> {
    const { protocol } = call.outgoing;
    return sendWithRetry(call, {
      settings: this.#settings,
      agent: this.#agentFor(protocol),
      retryAgent: () => this.#settings.httpAgent ?? freshAgent(this.#settings, protocol),
    });
  }

  #agentFor(protocol: string): http.Agent {
    if (this.#settings.httpAgent !== undefined) return this.#settings.httpAgent;
    let agent = this.#agents.get(protocol);
    if (agent === undefined) {
      agent = protocol === 'https' ? new StripeAgent(this.#settings) : plainAgent(this.#settings);
      this.#agents.set(protocol, agent);
    }
    return agent;
  }
}

/** One for each call (H10), shared by its two attempts. */
export function newIdempotencyKey(): string {
  return `express-stripe-customer-session-${randomUUID()}`;
}

function writeHeaders(headers: RequestHeaders, method: string): Call['outgoing']['headers'] {
  const written: Call['outgoing']['headers'] = {};
  let hasKey = false;
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || value === null) continue;
    hasKey ||= name.toLowerCase() === 'idempotency-key';
    written[name] = typeof value === 'object' ? [...value] : value;
  }
  // Older majors of stripe-node set no key when they are told not to retry; our retry needs one.
  if (method === 'POST' && !hasKey) written['Idempotency-Key'] = newIdempotencyKey();
  return written;
}
