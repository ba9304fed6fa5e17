import type { StripeEmulatorFault, StripeEmulatorOptions } from './types.js';

const DEFAULT_KEY = 'sk_test_emulator000000000000000000';

const OPTION_NAMES: Record<keyof StripeEmulatorOptions, true> = {
  port: true,
  host: true,
  tls: true,
  secretKey: true,
  restrictedKeys: true,
  now: true,
  rateLimit: true,
  livemode: true,
};

const FAULT_NAMES: Record<keyof StripeEmulatorFault, true> = {
  delayMs: true,
  hang: true,
  reset: true,
  status: true,
  error: true,
  headers: true,
  rawBody: true,
  transform: true,
};

/** The options with their defaults, checked. */
export interface EmulatorConfig {
  readonly port: number;
  readonly host: string;
  readonly tls: { key: string; cert: string } | undefined;
  readonly secretKey: string;
  readonly restrictedKeys: ReadonlyMap<string, ReadonlySet<string>>;
  readonly now: () => number;
  readonly rateLimit: { limit: number; windowMs: number } | undefined;
  readonly livemode: boolean;
}

/** Throws a `TypeError` for what cannot work. A key's text is in none of the messages. */
export function parseOptions(options: StripeEmulatorOptions, routes: readonly string[]): EmulatorConfig {
  refuseUnknown('option', options, OPTION_NAMES);
  const { port = 0, host = '127.0.0.1', tls, secretKey = DEFAULT_KEY, now = Date.now, rateLimit } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    fail('port', 'must be an integer from 0 to 65535');
  if (typeof host !== 'string' || host === '') fail('host', 'must be an address, such as "127.0.0.1"');
  if (typeof now !== 'function') fail('now', 'must be a function that gives milliseconds');
  if (tls !== undefined && !(isText(tls?.key) && isText(tls?.cert))) fail('tls', 'needs key and cert in PEM');
  if (rateLimit !== undefined) checkRateLimit(rateLimit);
  const { livemode = false } = options;
  if (typeof livemode !== 'boolean') fail('livemode', 'must be true or false');
  checkKey('secretKey', secretKey, /^sk_test_\w{4,}$/);
  const restrictedKeys = parseRestrictedKeys(options.restrictedKeys ?? {}, routes);
  return Object.freeze({ port, host, tls, secretKey, restrictedKeys, now, rateLimit, livemode });
}

/** Throws a `TypeError` for a fault that would not do what it says. */
export function checkFault(fault: StripeEmulatorFault): void {
  refuseUnknown('fault', fault, FAULT_NAMES);
  const { delayMs, reset, status, error } = fault;
  if (delayMs !== undefined) checkDelay('delayMs', delayMs);
  if (reset !== undefined && reset !== 'before' && reset !== 'after')
    fail('reset', 'must be "before" or "after"');
  if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 599)) {
    fail('status', 'must be an integer from 200 to 599');
  }
  if (error && status !== undefined && status < 400) fail('status', 'must be 400 or more with an error');
}

/** Throws a `TypeError` for what is no number of milliseconds. */
export function checkDelay(name: string, ms: number): void {
  if (!(Number.isFinite(ms) && ms >= 0)) fail(name, 'must be a number of milliseconds from 0 on');
}

/** Throws a `TypeError` for a route that the emulator does not have, with those that it has. */
export function checkRoute(name: string, route: string, routes: readonly string[]): void {
  if (!routes.includes(route)) fail(name, `knows the routes ${routes.join(', ')}`);
}

/** Throws a `TypeError` with one form for all of the emulator's messages. */
export function fail(name: string, problem: string): never {
  throw new TypeError(`startStripeEmulator: "${name}" ${problem}.`);
}

function parseRestrictedKeys(keys: Readonly<Record<string, readonly string[]>>, routes: readonly string[]) {
  const parsed = new Map<string, ReadonlySet<string>>();
  for (const [key, allowed] of Object.entries(keys)) {
    checkKey('restrictedKeys', key, /^rk_test_\w{4,}$/);
    for (const route of allowed) checkRoute('restrictedKeys', route, routes);
    parsed.set(key, new Set(allowed));
  }
  return parsed;
}

function checkKey(name: string, key: unknown, form: RegExp): void {
  if (typeof key === 'string' && /^[a-z]{2}_live_/.test(key)) {
    fail(name, 'looks like a live key. The emulator takes test keys only; never put a live key in a test');
  }
  if (typeof key !== 'string' || !form.test(key)) {
    fail(
      name,
      `must begin ${name === 'secretKey' ? 'sk_test_' : 'rk_test_'} and go on with letters and digits`,
    );
  }
}

function checkRateLimit(rateLimit: { limit: number; windowMs: number }): void {
  const { limit, windowMs } = rateLimit;
  if (!(Number.isInteger(limit) && limit >= 0)) fail('rateLimit.limit', 'must be an integer from 0 on');
  if (!(Number.isFinite(windowMs) && windowMs > 0))
    fail('rateLimit.windowMs', 'must be above 0 milliseconds');
}

function refuseUnknown(kind: string, given: object, known: object): void {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) fail(name, `is no ${kind}. There are ${Object.keys(known).join(', ')}`);
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
