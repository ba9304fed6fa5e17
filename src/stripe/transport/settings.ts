import { X509Certificate } from 'node:crypto';
import type { Agent } from 'node:http';
import { choiceError, configError } from '../../core/config-error.js';
import { boolean, isObject, LONGEST_TIMER_MS, wholeNumber } from '../../core/values.js';
import type { AgentSettings, CertificateAuthorities } from './agent.js';

/** How connections to Stripe are made, kept and bounded. */
export interface TransportConfig {
  /** @default 'api.stripe.com' */
  host?: string;
  /** @default 443 */
  port?: string | number;
  /** `'http'` is for an emulator. @default 'https' */
  protocol?: 'http' | 'https';
  /**
   * How long one attempt to create a session may take, connecting included, in ms. Shorter than the whole call, so that a
   * connection that went silent (a NAT that forgot it) leaves time for another try. Other calls have one time-out, their own.
   * @default 3500
   */
  attemptTimeoutMs?: number;
  /**
   * How long an idle connection is kept for the next call, in ms. Where the server announces less (`Keep-Alive:
   * timeout=…`), that less one second holds. Stripe was seen to keep them 75 s.
   * @default 60000
   */
  keepAliveMs?: number;
  /** How many connections may be in use at once to one host. Calls beyond it wait, within their time. @default 256 */
  maxSockets?: number;
  /** The longest answer that is read, in bytes; a session's is 65536 at most. Streams have no bound. @default 33554432 (32 MiB) */
  maxBodyBytes?: number;
  /**
   * One more connection is kept ready until 15 minutes after the last call, so that a call on a quiet server waits for no
   * TLS handshake. Switch it off where processes are frozen between requests (serverless). @default true
   */
  spareConnection?: boolean;
  /**
   * An agent of your own, for a proxy: its sockets are used, the deadline, the caps and the retry stay. @default none
   */
  httpAgent?: Agent;
  /**
   * Certificate authorities to trust instead of Node.js's own, in PEM: for an emulator or a TLS-inspecting proxy.
   * @default Node.js's own, with NODE_EXTRA_CA_CERTS
   */
  ca?: CertificateAuthorities;
}

/** The settings, checked and complete. */
export interface TransportSettings extends AgentSettings {
  readonly protocol: 'http' | 'https';
  readonly attemptTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly httpAgent: Agent | undefined;
  /** 0: only a dead connection is retried, the rest is the client's. */
  readonly maxNetworkRetries: 0 | 1;
}

// The compiler keeps this list whole.
const NAMES: Record<keyof TransportConfig, true> = {
  host: true,
  port: true,
  protocol: true,
  attemptTimeoutMs: true,
  keepAliveMs: true,
  maxSockets: true,
  maxBodyBytes: true,
  spareConnection: true,
  httpAgent: true,
  ca: true,
};

export const TRANSPORT_OPTIONS: readonly string[] = Object.keys(NAMES);

/** @throws {TypeError} that names the option, the kind of value and the fix */
export function parseTransport(config: TransportConfig, maxNetworkRetries: 0 | 1): TransportSettings {
  const { host = 'api.stripe.com', protocol = 'https', port } = config;
  if (protocol !== 'https' && protocol !== 'http') {
    throw choiceError('protocol', protocol, "Use 'https', or 'http' for an emulator.");
  }
  if (typeof host !== 'string' || !/^[A-Za-z0-9._:-]+$/.test(host)) {
    throw configError('host', host, "Use a host name or address alone, e.g. 'api.stripe.com'.");
  }
  return {
    host,
    protocol,
    port: wholeNumber(
      'port',
      typeof port === 'string' ? Number(port) : port,
      protocol === 'http' ? 80 : 443,
      [1, 65_535],
    ),
    attemptTimeoutMs: wholeNumber('attemptTimeoutMs', config.attemptTimeoutMs, 3_500, [1, LONGEST_TIMER_MS]),
    keepAliveMs: wholeNumber('keepAliveMs', config.keepAliveMs, 60_000, [1, LONGEST_TIMER_MS]),
    maxSockets: wholeNumber('maxSockets', config.maxSockets, 256, [1, 10_000]),
    maxBodyBytes: wholeNumber('maxBodyBytes', config.maxBodyBytes, 32 * 1024 * 1024, [1, 2 ** 30]),
    spareConnection: boolean('spareConnection', config.spareConnection, true),
    httpAgent: checkedAgent(config.httpAgent),
    ca: checkedCa(config.ca),
    maxNetworkRetries,
  };
}

function checkedAgent(agent: Agent | undefined): Agent | undefined {
  if (agent === undefined || isObject(agent)) return agent;
  throw configError('httpAgent', agent, 'Pass an agent of node:http, e.g. new HttpsProxyAgent(url).');
}

function checkedCa(ca: CertificateAuthorities | undefined): CertificateAuthorities | undefined {
  if (ca === undefined) return undefined;
  try {
    // What OpenSSL cannot read as a certificate it passes over in silence; this throws.
    for (const one of Array.isArray(ca) ? ca : [ca]) new X509Certificate(one);
    return ca;
  } catch {
    throw configError('ca', ca, 'Pass certificates in PEM, as a string, a Buffer, or an array of them.');
  }
}
