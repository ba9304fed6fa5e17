import StripeNode, { type Stripe } from 'stripe';
import type { ConnectScope } from '../options/router-options.js';
import { parseConfig, type StripeConfig } from './client-config.js';
import type { PostSession } from './session-call.js';
import { sessionRequestWriter } from './session-request.js';
import { hostHeader, StripeTransport } from './transport/http-client.js';

/** What `createStripe` adds to stripe-node's client. */
export interface StripeConnections {
  /**
   * Opens connections before the first user comes, so that nobody waits for TCP and TLS. Resolves with how many are
   * open: fewer than asked for when Stripe cannot be reached. Never rejects.
   * @param connections - default 1
   */
  warmUp(connections?: number): Promise<number>;
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

const ownClients = new WeakMap<object, { mode: KeyMode; postSession: PostSession }>();

/**
 * A stripe-node client on our transport: total deadlines, at most two requests per call with one idempotency key, warm
 * connections, and errors that hold no secret. It is made for calls about one object: answers over 64 KiB and streams
 * are refused, so for long lists use a plain `new Stripe(key)` beside it. The router's own calls go straight to the
 * transport: the client's `request` and `response` events do not tell of them, the router's `onEvent` does.
 * @param key - a secret key (`sk_…`) or, better, a restricted one (`rk_…`) that may create customer sessions
 * @throws {TypeError} for a missing or publishable key, and for unknown or wrong settings
 */
export function createStripe(key: string, config: StripeConfig = {}): OwnStripe {
  checkKey(key);
  const { stripeNode, transport: settings } = parseConfig(config);
  const transport = new StripeTransport(settings);
  // Each major of stripe-node declares another type for these.
  const stripeConfig: object = {
    ...stripeNode,
    httpClient: transport,
    // Retries are the transport's, where they can be counted.
    maxNetworkRetries: 0,
    telemetry: false,
  };
  const stripe: Stripe = new StripeNode(key, stripeConfig);
  const target = {
    protocol: config.protocol ?? 'https',
    host: config.host ?? 'api.stripe.com',
    port: Number(config.port ?? 443),
  };
  const write = sessionRequestWriter({
    host: hostHeader(target),
    key,
    apiVersion: stripe.getApiField('version'),
    userAgent: userAgentOf(config),
    ...connectOf(config),
  });
  ownClients.set(stripe, {
    mode: modeOf(key, config),
    postSession: (form, connect, timeoutMs) => transport.send(target, write(form, connect), timeoutMs),
  });
  return Object.assign(stripe, {
    warmUp: (connections = 1) => transport.warmUp(target, connections),
    close: () => transport.close(),
    // stripe-node's fields hold the key: printing the client would print it.
    [Symbol.for('nodejs.util.inspect.custom')]: () => 'Stripe { made by createStripe }',
  });
}

/** What the key of a client made by `createStripe` says; `undefined` for any other client. */
export function keyModeOf(stripe: object): KeyMode | undefined {
  return ownClients.get(stripe)?.mode;
}

/** How the router asks for sessions over a client made by `createStripe`; `undefined` for any other client. */
export function postSessionOf(stripe: object): PostSession | undefined {
  return ownClients.get(stripe)?.postSession;
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

// As stripe-node writes it: https://docs.stripe.com/building-plugins#setappinfo
function userAgentOf({ appInfo }: StripeConfig): string {
  const own = `Stripe/v1 NodeBindings/${StripeNode.PACKAGE_VERSION}`;
  if (!appInfo) return own;
  const { name, version, url } = appInfo;
  return `${own} ${name}${version ? `/${version}` : ''}${url ? ` (${url})` : ''}`;
}

function connectOf({ stripeAccount, stripeContext }: StripeConfig): ConnectScope {
  return {
    ...(stripeAccount ? { stripeAccount } : {}),
    ...(stripeContext ? { stripeContext: String(stripeContext) } : {}),
  };
}
