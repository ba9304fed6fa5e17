import { X509Certificate } from 'node:crypto';
import { configError, refuseUnknownKeys } from '../core/config-error.js';
import type { CertificateAuthorities } from './transport/connect.js';
import type { TransportSettings } from './transport/http-client.js';

/**
 * stripe-node's own settings, without those that our transport answers for. Written out, since its majors declare
 * theirs under different names, and not all of them to a project without `esModuleInterop`.
 */
interface StripeNodeConfig {
  /** The version of Stripe's API to speak. @default the one that this stripe-node was made for */
  apiVersion?: string;
  /** Adds "TypeScript" to the user agent; nothing else. */
  typescript?: true;
  /** @default 'api.stripe.com' */
  host?: string;
  /** @default 443 */
  port?: string | number;
  /** @default 'https' */
  protocol?: 'http' | 'https';
  /** Names a plug-in or an app to Stripe. @see https://docs.stripe.com/building-plugins#setappinfo */
  appInfo?: { name: string; partner_id?: string; url?: string; version?: string };
  /** The connected account that every call acts for. */
  stripeAccount?: string;
  /** The account that every call acts for, from stripe-node 18 on. @see https://docs.stripe.com/context */
  stripeContext?: string | { toString(): string };
}

/** stripe-node's own settings, and the transport's. */
export interface StripeConfig extends StripeNodeConfig {
  /**
   * How long one call may take in all, retry included, in ms. A call's own `timeout` option goes first, and the router
   * always passes one: what is left of its `deadlineMs`.
   * @default 8000
   */
  timeout?: number;
  /**
   * How long one attempt may take, connecting included, in ms. Shorter than `timeout`, so that a connection that went
   * silent (a NAT that forgot it) leaves time for another try.
   * @default 3500
   */
  attemptTimeoutMs?: number;
  /**
   * Whether a call that failed on its way, or met 409 or 5xx, is made once more with the same idempotency key: 0 or 1.
   * @default 1
   */
  maxNetworkRetries?: 0 | 1;
  /**
   * How long an idle connection is kept for the next call, in ms. Where the server announces less (`Keep-Alive:
   * timeout=…`), that less one second holds. Stripe was seen to keep them 75 s.
   * @default 60000
   */
  keepAliveMs?: number;
  /**
   * How many connections may be open at once to one host. Calls beyond it wait, within their time.
   * @default 256
   */
  maxSockets?: number;
  /**
   * Certificate authorities to trust instead of Node.js's own, in PEM: for an emulator or a TLS-inspecting proxy.
   * @default Node.js's own, with NODE_EXTRA_CA_CERTS
   */
  ca?: CertificateAuthorities;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

const DEFAULTS = {
  timeout: 8_000,
  attemptTimeoutMs: 3_500,
  maxNetworkRetries: 1,
  keepAliveMs: 60_000,
  maxSockets: 256,
} as const;

// The compiler keeps this list whole.
const OPTIONS: Record<keyof StripeConfig, true> = {
  apiVersion: true,
  typescript: true,
  host: true,
  port: true,
  protocol: true,
  appInfo: true,
  stripeAccount: true,
  stripeContext: true,
  timeout: true,
  attemptTimeoutMs: true,
  maxNetworkRetries: true,
  keepAliveMs: true,
  maxSockets: true,
  ca: true,
};

// stripe-node's settings that would take away what this client is for.
const OWNED: Record<string, string> = {
  authenticator: 'It would replace the key.',
  emitEventBodies: 'Its events would hold client secrets.',
  httpAgent: 'The transport is what this function adds.',
  httpClient: 'The transport is what this function adds.',
  telemetry: 'It is off: its buffer prints a warning per call under load.',
};

/** Checks the settings, and parts those of stripe-node from ours. @throws {TypeError} naming the first bad one */
export function parseConfig(config: StripeConfig): {
  stripeNode: StripeNodeConfig & { timeout: number };
  transport: TransportSettings;
} {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw configError('config', config, 'Pass an object: createStripe(key, { maxSockets: 64 }).');
  }
  for (const [name, why] of Object.entries(OWNED)) {
    if (!Object.hasOwn(config, name)) continue;
    throw new TypeError(
      `express-stripe-customer-session: createStripe() takes no "${name}". ${why} ` +
        'Where you need it, pass a client of your own: customerSessionRouter({ stripe: new Stripe(key, …) }).',
    );
  }
  refuseUnknownKeys('createStripe()', config, Object.keys(OPTIONS));
  const { timeout, attemptTimeoutMs, maxNetworkRetries, keepAliveMs, maxSockets, ca, ...own } = config;
  checkTarget(own);
  return {
    stripeNode: {
      ...own,
      timeout: integer('timeout', timeout, DEFAULTS.timeout, [1, LONGEST_TIMER_MS]),
    },
    transport: {
      attemptTimeoutMs: integer('attemptTimeoutMs', attemptTimeoutMs, DEFAULTS.attemptTimeoutMs, [
        1,
        LONGEST_TIMER_MS,
      ]),
      maxNetworkRetries: integer('maxNetworkRetries', maxNetworkRetries, DEFAULTS.maxNetworkRetries, [0, 1]),
      keepAliveMs: integer('keepAliveMs', keepAliveMs, DEFAULTS.keepAliveMs, [0, LONGEST_TIMER_MS]),
      maxSockets: integer('maxSockets', maxSockets, DEFAULTS.maxSockets, [1, 10_000]),
      ...(ca === undefined ? {} : { ca: checkedCa(ca) }),
    },
  };
}

function checkTarget({ host, port, protocol }: StripeNodeConfig): void {
  if (protocol !== undefined && protocol !== 'https' && protocol !== 'http') {
    throw configError('protocol', protocol, "Use 'https', or 'http' for an emulator.");
  }
  if (host !== undefined && (typeof host !== 'string' || !/^[A-Za-z0-9._:-]+$/.test(host))) {
    throw configError('host', host, "Use a host name or address alone, e.g. 'api.stripe.com'.");
  }
  if (port !== undefined) integer('port', typeof port === 'string' ? Number(port) : port, 443, [1, 65_535]);
}

function checkedCa(ca: CertificateAuthorities): CertificateAuthorities {
  try {
    // What OpenSSL cannot read as a certificate it passes over in silence; this throws.
    for (const one of Array.isArray(ca) ? ca : [ca]) new X509Certificate(one);
    return ca;
  } catch {
    throw configError('ca', ca, 'Pass certificates in PEM, as a string, a Buffer, or an array of them.');
  }
}

function integer(
  option: string,
  value: unknown,
  fallback: number,
  [least, most]: readonly [number, number],
): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw configError(option, value, `Use a whole number from ${least} to ${most}.`);
}
