import StripeNode, { type Stripe } from 'stripe';
import { parseConfig, parseHttpClientConfig, type StripeConfig } from './client-config.js';
import { StripeHttpClient } from './transport/http-client.js';
import type { TransportConfig } from './transport/settings.js';

/** What `createStripe` adds to stripe-node's client. */
export interface StripeConnections {
  /**
   * Opens a connection before the first user comes, so that nobody waits for TCP and TLS. Resolves with whether it is open:
   * `false` when Stripe cannot be reached, and with `spareConnection: false`. Never rejects.
   */
  warmUp(): Promise<boolean>;
  /** Takes no more calls, lets those under way end, closes every connection. For a clean stop of the process. */
  close(): Promise<void>;
}

/** stripe-node's client, over our transport. */
export type OwnStripe = Stripe & StripeConnections;

export interface KeyMode {
  /** What the key says; `undefined` where it says neither. */
  readonly livemode: boolean | undefined;
  /** A name for the account and mode, as far as the key tells: rows of a store under it belong together. */
  readonly scope: string | undefined;
}

const KEYS_PAGE = 'https://dashboard.stripe.com/apikeys';

const ownClients = new WeakMap<object, KeyMode>();

/**
 * A whole stripe-node client on our transport, for all calls of an app: total deadlines, at most two requests per call with
 * one idempotency key, a connection that is ready. Errors and answers are stripe-node's; only those of
 * `customerSessions.create` are cut down to what holds no secret.
 * @param key - a secret key (`sk_…`) or, better, a restricted one (`rk_…`) that may create customer sessions
 * @throws {TypeError} for a missing or publishable key, and for unknown or wrong settings
 */
export function createStripe(key: string, config: StripeConfig = {}): OwnStripe {
  checkKey(key);
  const { stripeNode, transport } = parseConfig(config);
  const httpClient = new StripeHttpClient(transport);
  // Each major of stripe-node declares another type for these.
  const stripeConfig: object = {
    ...stripeNode,
    httpClient,
    // Retries are the transport's, where they can be counted.
    maxNetworkRetries: 0,
    telemetry: false,
  };
  const stripe: Stripe = new StripeNode(key, stripeConfig);
  ownClients.set(stripe, modeOf(key, config));
  return Object.assign(stripe, {
    warmUp: () => httpClient.warmUp(),
    close: () => httpClient.close(),
    // stripe-node's fields hold the key: printing the client would print it.
    [Symbol.for('nodejs.util.inspect.custom')]: () => 'Stripe { made by createStripe }',
  });
}

/**
 * The transport of `createStripe` for a client that you make yourself:
 * `new Stripe(key, { httpClient: stripeHttpClient() })`. It retries a request that met a dead connection, once; all other
 * retries are the client's own.
 * @throws {TypeError} for unknown or wrong settings
 */
export function stripeHttpClient(config: TransportConfig = {}): StripeHttpClient {
  return new StripeHttpClient(parseHttpClientConfig(config));
}

/** What the key of a client made by `createStripe` says; `undefined` for any other client. */
export function keyModeOf(stripe: object): KeyMode | undefined {
  return ownClients.get(stripe);
}

// Says nothing of the key itself, whatever it is.
function checkKey(key: unknown): void {
  const problem = problemWithKey(key);
  if (problem) throw new TypeError(`express-stripe-customer-session: createStripe(key): ${problem}`);
}

function problemWithKey(key: unknown): string | undefined {
  if (key === undefined || key === null || key === '') {
    return `there is no key. Take a secret or restricted key from ${KEYS_PAGE} and pass it, e.g. process.env.STRIPE_SECRET_KEY.`;
  }
  if (typeof key !== 'string') return 'the key is not a string.';
  if (!/^[\x21-\x7e]+$/.test(key)) {
    return 'the key holds white space or characters that no key has. Copy it again, without spaces or line breaks.';
  }
  if (key.startsWith('pk_')) {
    return `this is a publishable key, which is for browsers. Use the secret or restricted key from ${KEYS_PAGE}.`;
  }
  if (key.startsWith('whsec_'))
    return `this is a webhook secret. Use the secret or restricted key from ${KEYS_PAGE}.`;
  return undefined;
}

function modeOf(key: string, { stripeAccount, stripeContext }: StripeConfig): KeyMode {
  const mode = /^(?:sk|rk)_(?:[a-z]+_)?(live|test)_/.exec(key)?.[1];
  if (mode === undefined) return { livemode: undefined, scope: undefined };
  const account = stripeContext ?? stripeAccount;
  return { livemode: mode === 'live', scope: account === undefined ? mode : `${mode}:${String(account)}` };
}
