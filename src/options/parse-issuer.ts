import type { Request } from 'express';
import { type Components, parseComponents } from '../components/components.js';
import { isPreset } from '../components/presets.js';
import { choiceError, configError, refuseUnknownKeys } from '../core/config-error.js';
import type { EventListener } from '../core/events.js';
import type { Awaitable, ResolveCustomer, StripeClient } from '../core/types.js';
import {
  boolean,
  isObject,
  isRecord,
  LONGEST_TIMER_MS,
  optionalFunction,
  wholeNumber,
} from '../core/values.js';
import { warnOnce } from '../core/warn-once.js';
import type { RateLimitConfig } from '../rate-limit/limiter.js';
import { createStripe, keyModeOf } from '../stripe/client.js';
import { requireOptions } from './parse-guard.js';
import type { CustomerSessionIssuerOptions, CustomerSessionSourceOptions } from './router-options.js';

/** The options, checked and complete; what requests read. */
export interface IssuerConfig<User> {
  readonly resolveCustomer: ResolveCustomer<User>;
  readonly components: Components | ((user: User, req: Request) => Awaitable<Components>);
  readonly stripe: StripeClient;
  readonly rateLimit: RateLimitConfig | false;
  readonly deadlineMs: number;
  readonly maxInFlight: number;
  readonly maxWaiting: number;
  readonly livemode: boolean | undefined;
  readonly onEvent: EventListener | undefined;
  readonly unguarded: boolean;
}

// The compiler keeps these lists whole.
export const SOURCE_OPTIONS: Record<keyof CustomerSessionSourceOptions<unknown>, true> = {
  resolveCustomer: true,
  components: true,
  stripe: true,
  rateLimit: true,
  deadlineMs: true,
  maxInFlight: true,
  maxWaiting: true,
  livemode: true,
  onEvent: true,
};
const OPTIONS: Record<keyof CustomerSessionIssuerOptions<unknown>, true> = {
  ...SOURCE_OPTIONS,
  unguarded: true,
};

/** @throws {TypeError} that names the first bad option, its kind and the fix */
export function parseIssuerOptions<User>(options: CustomerSessionIssuerOptions<User>): IssuerConfig<User> {
  const where = 'customerSessionIssuer';
  requireOptions(where, options, `${where}({ resolveCustomer, components })`);
  refuseUnknownKeys(`${where}()`, options, Object.keys(OPTIONS));
  return parseSourceOptions(options, boolean('unguarded', options.unguarded, false));
}

/** The options that the router shares. */
export function parseSourceOptions<User>(
  options: CustomerSessionSourceOptions<User>,
  unguarded: boolean,
): IssuerConfig<User> {
  const maxInFlight = wholeNumber('maxInFlight', options.maxInFlight, 16, [1, 10_000]);
  const stripe = parseStripe(options.stripe);
  return Object.freeze({
    resolveCustomer: parseResolver(options.resolveCustomer),
    components: parseComponentsOption(options.components),
    stripe,
    rateLimit: parseRateLimit(options.rateLimit),
    deadlineMs: wholeNumber('deadlineMs', options.deadlineMs, 8_000, [1, LONGEST_TIMER_MS]),
    maxInFlight,
    maxWaiting: wholeNumber('maxWaiting', options.maxWaiting, 4 * maxInFlight, [0, 100_000]),
    livemode: boolean('livemode', options.livemode, keyModeOf(stripe)?.livemode),
    onEvent: optionalFunction('onEvent', options.onEvent),
    unguarded,
  });
}

function parseResolver<Fn>(value: Fn): Fn {
  if (typeof value === 'function') return value;
  throw configError(
    'resolveCustomer',
    value,
    'It is required: pass a function, e.g. (user) => user.stripeCustomerId.',
  );
}

function parseStripe(value: unknown): StripeClient {
  if (value === undefined) return clientFromEnvironment();
  const sessions = isObject(value) ? value.customerSessions : undefined;
  if (isObject(sessions) && typeof sessions.create === 'function') return value as StripeClient;
  throw configError(
    'stripe',
    value,
    'Pass a client that has customerSessions.create, e.g. createStripe(key).',
  );
}

// The one place of the library that reads the environment.
function clientFromEnvironment(): StripeClient {
  const key = process.env.STRIPE_SECRET_KEY;
  if (key !== undefined && key !== '') return createStripe(key);
  throw new TypeError(
    'express-stripe-customer-session: there is no Stripe key. Set the environment variable STRIPE_SECRET_KEY, or pass ' +
      'stripe: createStripe(key).',
  );
}

function parseComponentsOption<User>(value: CustomerSessionSourceOptions<User>['components']) {
  const example = "savedPaymentMethods({ save: 'on_session' })";
  if (value === undefined) {
    throw configError('components', value, `It is required: pass ${example} or another preset.`);
  }
  if (typeof value !== 'function') return parseComponents(value, warnOnce());
  if (!isPreset(value)) return value;
  throw configError('components', value, `Call the preset: components: ${example}.`);
}

function parseRateLimit(value: unknown): RateLimitConfig | false {
  if (value === false) return false;
  const given = value === undefined ? {} : value;
  if (!isRecord(given)) {
    throw configError('rateLimit', value, 'Use an object such as { limit: 30, windowMs: 60000 }, or false.');
  }
  refuseUnknownKeys('rateLimit', given, ['windowMs', 'limit', 'store', 'identifier']);
  return Object.freeze({
    windowMs: wholeNumber('rateLimit.windowMs', given.windowMs, 60_000, [1, LONGEST_TIMER_MS]),
    limit: wholeNumber('rateLimit.limit', given.limit, 30, [1, 1_000_000]),
    store: parseRateLimitStore(given.store),
    identifier: parseIdentifier(given.identifier),
  });
}

function parseRateLimitStore(value: unknown): RateLimitConfig['store'] {
  if (value === undefined) return undefined;
  if (isObject(value) && typeof value.increment === 'function' && typeof value.decrement === 'function') {
    return value as unknown as RateLimitConfig['store'];
  }
  throw configError(
    'rateLimit.store',
    value,
    'Use a store of express-rate-limit, e.g. guardedStore(() => store).',
  );
}

// A structured-fields string without escapes (RFC 9651 section 3.3.3).
function parseIdentifier(value: unknown): string {
  if (value === undefined) return 'customer-session';
  if (typeof value === 'string' && /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(value)) return value;
  const fix = 'Use 1 to 64 printable ASCII characters, no quotes or backslash.';
  throw choiceError('rateLimit.identifier', value, fix);
}
