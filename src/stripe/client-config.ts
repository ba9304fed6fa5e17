import { configError, refuseUnknownKeys } from '../core/config-error.js';
import { isRecord, LONGEST_TIMER_MS, wholeNumber } from '../core/values.js';
import {
  parseTransport,
  TRANSPORT_OPTIONS,
  type TransportConfig,
  type TransportSettings,
} from './transport/settings.js';

/**
 * stripe-node's own settings, and the transport's. stripe-node's are written out, since its majors declare theirs under
 * different names, and not all of them to a project without `esModuleInterop`.
 */
export interface StripeConfig extends TransportConfig {
  /** The version of Stripe's API to speak. @default the one that this stripe-node was made for */
  apiVersion?: string;
  /** Adds "TypeScript" to the user agent; nothing else. */
  typescript?: true;
  /** Names a plug-in or an app to Stripe. @see https://docs.stripe.com/building-plugins#setappinfo */
  appInfo?: {
    /** The app's name. */
    name: string;
    /** Its id as a partner of Stripe's. */
    partner_id?: string;
    /** Its web site. */
    url?: string;
    /** Its version. */
    version?: string;
  };
  /** The connected account that every call acts for. */
  stripeAccount?: string;
  /** The account that every call acts for, from stripe-node 18 on. @see https://docs.stripe.com/context */
  stripeContext?:
    | string
    | {
        /** The context as `Stripe-Context` takes it. */
        toString(): string;
      };
  /**
   * How long one call may take in all, retry included, in ms. A call's own `timeout` option goes first. With stripe-node's
   * default a session has 8000 ms; the router always passes what is left of its `deadlineMs`.
   * @default 80000
   */
  timeout?: number;
  /**
   * Whether a call that failed on its way, or met 409 or 5xx, is made once more with the same idempotency key: 0 or 1.
   * @default 1
   */
  maxNetworkRetries?: 0 | 1;
}

// The compiler keeps this list whole.
const OWN: Record<Exclude<keyof StripeConfig, keyof TransportConfig>, true> = {
  apiVersion: true,
  typescript: true,
  appInfo: true,
  stripeAccount: true,
  stripeContext: true,
  timeout: true,
  maxNetworkRetries: true,
};

// stripe-node's settings that would take away what this client is for.
const TAKEN: Record<string, string> = {
  authenticator: 'It would replace the key.',
  emitEventBodies: 'Its events would hold client secrets.',
  httpClient: 'The transport is what this function adds.',
  telemetry: 'It is off: its buffer prints a warning per call under load.',
};

/** Checks the settings, and parts those of stripe-node from ours. @throws {TypeError} naming the first bad one */
export function parseConfig(config: StripeConfig): { stripeNode: object; transport: TransportSettings } {
  requireRecord(config);
  for (const [name, why] of Object.entries(TAKEN)) {
    if (!Object.hasOwn(config, name)) continue;
    throw new TypeError(
      `express-stripe-customer-session: createStripe() takes no "${name}". ${why} ` +
        'Where you need it, make the client yourself: new Stripe(key, { httpClient: stripeHttpClient() }).',
    );
  }
  refuseUnknownKeys('createStripe()', config, [...Object.keys(OWN), ...TRANSPORT_OPTIONS]);
  const { host, port, protocol, apiVersion, typescript, appInfo, stripeAccount, stripeContext } = config;
  const target = { host, port, protocol };
  const own = { apiVersion, typescript, appInfo, stripeAccount, stripeContext };
  const given = Object.entries({ ...target, ...own }).filter(([, value]) => value !== undefined);
  const retries = wholeNumber('maxNetworkRetries', config.maxNetworkRetries, 1, [0, 1]);
  return {
    stripeNode: {
      ...Object.fromEntries(given),
      timeout: wholeNumber('timeout', config.timeout, 80_000, [1, LONGEST_TIMER_MS]),
    },
    transport: parseTransport(config, retries === 0 ? 0 : 1),
  };
}

/** The settings of a transport for a client of the host's own. */
export function parseHttpClientConfig(config: TransportConfig): TransportSettings {
  requireRecord(config);
  refuseUnknownKeys('stripeHttpClient()', config, TRANSPORT_OPTIONS);
  return parseTransport(config, 0);
}

function requireRecord(config: unknown): void {
  if (!isRecord(config)) throw configError('config', config, 'Pass an object, e.g. { maxSockets: 64 }.');
}
