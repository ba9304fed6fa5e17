import type { Socket } from 'node:net';
import { connectionModes } from './fault-modes-connection.js';
import { contentModes } from './fault-modes-content.js';
import { statusModes } from './fault-modes-status.js';

/** The router's outcome (design.md section 3) with a client made by `createStripe`. */
export type FaultOutcome =
  | 'ok'
  | 'timeout'
  | 'stripe_unavailable'
  | 'stripe_mismatch'
  | 'stripe_rate_limited'
  | 'misconfigured'
  | 'no_customer';

/** What each outcome is answered with (H11, H12). */
export const STATUS: Readonly<Record<FaultOutcome, number>> = {
  ok: 200,
  timeout: 504,
  stripe_unavailable: 502,
  stripe_mismatch: 502,
  stripe_rate_limited: 503,
  misconfigured: 500,
  no_customer: 409,
};

/** One request, and the bare socket to answer it on. */
export interface BadExchange {
  socket: Socket;
  /** What the request asked a session for. */
  customer: string;
  /** 1 for the first request that the upstream met. */
  attempt: number;
  /** Sends what `write` gives again and again, until the socket is gone. */
  readonly drip: (everyMs: number, write: (index: number) => string | Buffer) => void;
  /** A TCP reset, where `socket.end()` would be a FIN. */
  readonly reset: () => void;
}

/** What happens before any request, instead of a TLS handshake and an answer. */
export type ConnectFault =
  | 'refused'
  | 'black-hole'
  | 'reset-on-accept'
  | 'close-on-accept'
  | 'tls-silent'
  | 'tls-garbage'
  | 'tls-unknown-authority'
  | 'tls-wrong-name'
  | 'tls-expired';

export interface FaultMode {
  readonly name: string;
  readonly expected: FaultOutcome;
  readonly connect?: ConnectFault;
  /** Makes sense over TLS only. */
  readonly tlsOnly?: true;
  readonly respond?: (exchange: BadExchange) => void;
}

/** Ways in which Stripe, or whatever answers in its place, may misbehave. */
export const faultModes: readonly FaultMode[] = [...connectionModes, ...contentModes, ...statusModes];

/**
 * The times of a call, in ms: soon over where nothing comes, and ample where something must, since a busy machine is late.
 */
export function timesOf(
  mode: string,
  client: 'own' | 'host' = 'own',
): { deadlineMs: number; attemptTimeoutMs: number } {
  const expected = faultModes.find(({ name }) => name === mode)?.expected;
  // stripe-node's own client takes a 101 for no answer yet.
  const isEndless = expected === 'timeout' || (client === 'host' && mode === '101');
  return isEndless
    ? { deadlineMs: 2_700, attemptTimeoutMs: 900 }
    : { deadlineMs: 50_000, attemptTimeoutMs: 20_000 };
}

// What stripe-node's own client ends the process with, or fills its memory with, and what it cannot be told to trust.
const NOT_SURVIVED =
  /with a (?:number|boolean|string|body too long)$|300 MB of body|endless body|tls-(?:unknown|wrong|expired)/;

/** Whether the process goes on, whatever the client: what becomes of the others is stripe-node's. */
export function isSurvivedByAnyClient({ name }: FaultMode): boolean {
  return !NOT_SURVIVED.test(name);
}
