import type { Request } from 'express';
import { type Components, parseComponents } from '../components/components.js';
import { configError, describe, refuseUnknownKeys } from '../core/config-error.js';
import type { EventListener } from '../core/events.js';
import type { AnswerFormat } from '../core/problem.js';
import {
  boolean,
  integer,
  isObject,
  LONGEST_TIMER_MS,
  optionalFunction,
  parseOrigins,
  requiredFunction,
} from '../core/values.js';
import type { RateLimitConfig } from '../rate-limit/limiter.js';
import { createStripe, keyModeOf, postSessionOf } from '../stripe/client.js';
import type { PostSession } from '../stripe/session-call.js';
import type {
  Awaitable,
  CustomerSessionRouterOptions,
  ResolveCustomer,
  StripeClient,
} from './router-options.js';

/** The options, checked and complete; what requests read. */
export interface Config<User> {
  readonly resolveCustomer: ResolveCustomer<User>;
  readonly components: Components | ((user: User, req: Request) => Awaitable<Components>);
  readonly authenticate: (req: Request) => Awaitable<User | null | undefined>;
  readonly stripe: StripeClient;
  /** Of a client made by `createStripe`; a host's own has none. */
  readonly postSession: PostSession | undefined;
  readonly format: AnswerFormat;
  readonly allowedOrigins: ReadonlySet<string>;
  readonly allowNonBrowser: boolean;
  readonly rateLimit: RateLimitConfig | false;
  readonly deadlineMs: number;
  readonly maxInFlight: number;
  readonly maxWaiting: number;
  readonly livemode: boolean | undefined;
  readonly onEvent: EventListener | undefined;
  readonly dangerouslyAllowHttpOnLocalhost: boolean;
}

// The compiler keeps this list whole.
const OPTIONS: Record<keyof CustomerSessionRouterOptions<unknown>, true> = {
  resolveCustomer: true,
  components: true,
  authenticate: true,
  stripe: true,
  format: true,
  allowedOrigins: true,
  allowNonBrowser: true,
  rateLimit: true,
  deadlineMs: true,
  maxInFlight: true,
  maxWaiting: true,
  livemode: true,
  onEvent: true,
  dangerouslyAllowHttpOnLocalhost: true,
};

/** The defaults that are plain values; `options.ts` tells them to the reader. */
export const DEFAULTS = {
  format: 'web',
  allowNonBrowser: false,
  deadlineMs: 8_000,
  maxInFlight: 16,
  waitingPerInFlight: 4,
  dangerouslyAllowHttpOnLocalhost: false,
  windowMs: 60_000,
  limit: 30,
  identifier: 'customer-session',
} as const;

/** Checks every option, says what is wrong with the first bad one (`TypeError`), and fills in the defaults. */
export function parseOptions<User>(options: CustomerSessionRouterOptions<User>): Config<User> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(
      `express-stripe-customer-session: customerSessionRouter() got ${describe(options)}. ` +
        'Give it an object: customerSessionRouter({ resolveCustomer, components }).',
    );
  }
  refuseMountedUncalled(options);
  refuseUnknownKeys('customerSessionRouter()', options, Object.keys(OPTIONS));
  const maxInFlight = integer('maxInFlight', options.maxInFlight, DEFAULTS.maxInFlight, [1, 10_000]);
  const stripe = parseStripe(options.stripe);
  const key = keyModeOf(stripe);
  const livemode = boolean('livemode', options.livemode, key?.livemode);
  const config: Config<User> = {
    resolveCustomer: requiredFunction('resolveCustomer', options.resolveCustomer),
    components: parseComponentsOption(options.components),
    authenticate: optionalFunction('authenticate', options.authenticate) ?? userOf<User>,
    stripe,
    postSession: postSessionOf(stripe),
    format: parseFormat(options.format),
    allowedOrigins: parseOrigins(options.allowedOrigins),
    allowNonBrowser: boolean('allowNonBrowser', options.allowNonBrowser, DEFAULTS.allowNonBrowser),
    rateLimit: parseRateLimit(options.rateLimit),
    deadlineMs: integer('deadlineMs', options.deadlineMs, DEFAULTS.deadlineMs, [1, LONGEST_TIMER_MS]),
    maxInFlight,
    maxWaiting: integer(
      'maxWaiting',
      options.maxWaiting,
      DEFAULTS.waitingPerInFlight * maxInFlight,
      [0, 100_000],
    ),
    livemode,
    onEvent: optionalFunction('onEvent', options.onEvent),
    dangerouslyAllowHttpOnLocalhost: parseLocalHttp(options.dangerouslyAllowHttpOnLocalhost, livemode),
  };
  return Object.freeze(config);
}

// `app.use(customerSessionRouter)` hands it a request instead of options.
function refuseMountedUncalled(options: object): void {
  if (!('socket' in options && 'headers' in options)) return;
  throw mountedUncalled();
}

export function mountedUncalled(): TypeError {
  return new TypeError(
    'express-stripe-customer-session: customerSessionRouter was mounted without being called. ' +
      'Write app.use(path, customerSessionRouter({ resolveCustomer, components })).',
  );
}

function userOf<User>(req: Request & { user?: User }): User | undefined {
  return req.user;
}

function parseStripe(value: unknown): StripeClient {
  if (value === undefined) return clientFromEnvironment();
  if (typeof value === 'string') {
    throw configError('stripe', value, 'Pass a client, e.g. stripe: createStripe(key).');
  }
  const sessions = isObject(value) ? value.customerSessions : undefined;
  if (!isObject(sessions) || typeof sessions.create !== 'function') {
    throw configError(
      'stripe',
      value,
      'Pass a client that has customerSessions.create, e.g. createStripe(key).',
    );
  }
  return value as unknown as StripeClient;
}

// The one place of the package that reads the environment.
function clientFromEnvironment(): StripeClient {
  const key = process.env.STRIPE_SECRET_KEY;
  if (key === undefined || key === '') {
    const fix = 'Set the environment variable STRIPE_SECRET_KEY, or pass stripe: createStripe(key).';
    throw new TypeError(`express-stripe-customer-session: there is no Stripe key. ${fix}`);
  }
  return createStripe(key);
}

function parseComponentsOption<User>(value: CustomerSessionRouterOptions<User>['components']) {
  if (value === undefined) {
    throw configError('components', value, 'It is required: pass savedPaymentMethods() or another preset.');
  }
  return typeof value === 'function' ? value : parseComponents(value);
}

function parseFormat(value: unknown): AnswerFormat {
  if (value === undefined) return DEFAULTS.format;
  if (value === 'web' || value === 'mobile' || value === 'billing-sdk') return value;
  throw configError('format', value, 'Use "web", "mobile" or "billing-sdk".');
}

function parseRateLimit(value: unknown): RateLimitConfig | false {
  if (value === false) return false;
  const given = value ?? {};
  if (value === null || !isObject(given) || Array.isArray(given)) {
    throw configError('rateLimit', value, 'Use an object such as { limit: 30, windowMs: 60000 }, or false.');
  }
  refuseUnknownKeys('rateLimit', given, ['windowMs', 'limit', 'store', 'identifier']);
  return Object.freeze({
    windowMs: integer('rateLimit.windowMs', given.windowMs, DEFAULTS.windowMs, [1, LONGEST_TIMER_MS]),
    limit: integer('rateLimit.limit', given.limit, DEFAULTS.limit, [1, 1_000_000]),
    store: parseRateLimitStore(given.store),
    identifier: parseIdentifier(given.identifier),
  });
}

function parseRateLimitStore(value: unknown): RateLimitConfig['store'] {
  if (value === undefined) return undefined;
  if (!isObject(value) || typeof value.increment !== 'function' || typeof value.decrement !== 'function') {
    throw configError(
      'rateLimit.store',
      value,
      'Use a store of express-rate-limit, e.g. guardedStore(() => store).',
    );
  }
  return value as unknown as RateLimitConfig['store'];
}

// A structured-fields string without escapes (RFC 9651 section 3.3.3).
function parseIdentifier(value: unknown): string {
  if (value === undefined) return DEFAULTS.identifier;
  if (typeof value === 'string' && /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(value)) return value;
  throw configError(
    'rateLimit.identifier',
    value,
    'Use 1 to 64 printable ASCII characters, no quotes or backslash.',
  );
}

function parseLocalHttp(value: unknown, livemode: boolean | undefined): boolean {
  const allowed = boolean('dangerouslyAllowHttpOnLocalhost', value, DEFAULTS.dangerouslyAllowHttpOnLocalhost);
  if (allowed && livemode === true) {
    throw configError(
      'dangerouslyAllowHttpOnLocalhost',
      value,
      'It is for test keys only: leave it out in live mode.',
    );
  }
  if (allowed) warnOfLocalHttp();
  return allowed;
}

let warnedOfLocalHttp = false;

function warnOfLocalHttp(): void {
  if (warnedOfLocalHttp) return;
  warnedOfLocalHttp = true;
  process.emitWarning('dangerouslyAllowHttpOnLocalhost is on: for development only, never on a server.', {
    code: 'ESCS_HTTP_ON_LOCALHOST',
  });
}
