import type { StripeEmulatorFault } from './fault-types.js';
import type { StripeEmulatorOptions } from './types.js';

const DEFAULT_KEY = 'sk_test_emulator000000000000000000';
const HALF_AN_HOUR_MS = 30 * 60 * 1000;

/** A test of a value that is there, and what a value that fails it must be. */
type Check = readonly [isGood: (value: never) => boolean, problem: string];

const delay: Check = [isDelay, 'must be a number of milliseconds from 0 on'];

const OPTIONS: Record<keyof StripeEmulatorOptions, Check> = {
  port: [(port: number) => isInteger(port, 0, 65_535), 'must be an integer from 0 to 65535'],
  host: [isText, 'must be an address, such as "127.0.0.1"'],
  tls: [(tls: Partial<PemPair>) => isText(tls?.key) && isText(tls.cert), 'needs key and cert in PEM'],
  secretKey: [() => true, ''],
  restrictedKeys: [(keys) => typeof keys === 'object', 'must be an object of keys and their routes'],
  gatedFeatures: [isNames, 'must be an array of names, such as "payment_method_remove_last"'],
  sessionLifetimeMs: delay,
  now: [(now) => typeof now === 'function', 'must be a function that gives milliseconds'],
  livemode: [(livemode) => typeof livemode === 'boolean', 'must be true or false'],
};

const FAULT: Record<keyof StripeEmulatorFault, Check> = {
  delayMs: delay,
  answerDelayMs: delay,
  hang: [(hang) => [true, false, 'before', 'after'].includes(hang), 'must be "before" or "after"'],
  reset: [(reset) => ['before', 'after'].includes(reset), 'must be "before" or "after"'],
  mixUp: [(mixUp) => ['duplicate', 'swap'].includes(mixUp), 'must be "duplicate" or "swap"'],
  status: [(status: number) => isInteger(status, 200, 599), 'must be an integer from 200 to 599'],
  error: [(error) => typeof error === 'object', "must be Stripe's error object"],
  headers: [(headers) => typeof headers === 'object', 'must be an object'],
  rawBody: [(body) => typeof body === 'string', 'must be a string'],
  transform: [(transform) => typeof transform === 'function', 'must be a function'],
};

type PemPair = Required<StripeEmulatorOptions>['tls'];

/** The options with their defaults, checked. */
export interface EmulatorConfig
  extends Readonly<Required<Omit<StripeEmulatorOptions, 'restrictedKeys' | 'tls'>>> {
  readonly tls: PemPair | undefined;
  readonly restrictedKeys: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Throws a `TypeError` for what cannot work. A key's text is in none of the messages. */
export function parseOptions(options: StripeEmulatorOptions, routes: readonly string[]): EmulatorConfig {
  check('option', options, OPTIONS);
  const { port = 0, host = '127.0.0.1', tls, secretKey = DEFAULT_KEY, now = Date.now } = options;
  const { gatedFeatures = [], sessionLifetimeMs = HALF_AN_HOUR_MS, livemode = false } = options;
  checkKey('secretKey', secretKey, 'sk_test_');
  const restrictedKeys = parseRestrictedKeys(options.restrictedKeys ?? {}, routes);
  const config = { port, host, tls, secretKey, restrictedKeys, sessionLifetimeMs, now, livemode };
  return Object.freeze({ ...config, gatedFeatures: [...gatedFeatures] });
}

/** Throws a `TypeError` for a fault that would not do what it says. */
export function checkFault(fault: StripeEmulatorFault): void {
  check('fault', fault, FAULT);
  if (fault.error && (fault.status ?? 400) < 400) fail('status', 'must be 400 or more with an error');
}

/** Throws a `TypeError` for what is no number of milliseconds. */
export function checkDelay(name: string, ms: number): void {
  if (!isDelay(ms)) fail(name, delay[1]);
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
    checkKey('restrictedKeys', key, 'rk_test_');
    for (const route of allowed) checkRoute('restrictedKeys', route, routes);
    parsed.set(key, new Set(allowed));
  }
  return parsed;
}

function checkKey(name: string, key: unknown, prefix: string): void {
  const text = typeof key === 'string' ? key : '';
  if (/^[a-z]{2}_live_/.test(text)) {
    fail(name, 'looks like a live key. The emulator takes test keys only; never put a live key in a test');
  }
  if (text.startsWith(prefix) && /^\w{12,}$/.test(text)) return;
  fail(name, `must begin ${prefix} and go on with letters and digits`);
}

function check(kind: string, given: object, checks: Readonly<Record<string, Check>>): void {
  for (const [name, value] of Object.entries(given)) {
    const known = Object.hasOwn(checks, name) ? checks[name] : undefined;
    const [isGood, problem] =
      known ?? fail(name, `is no ${kind}. There are ${Object.keys(checks).join(', ')}`);
    if (value !== undefined && !isGood(value as never)) fail(name, problem);
  }
}

function isNames(names: readonly string[]): boolean {
  return Array.isArray(names) && names.every((name) => /^[a-z]+(_[a-z]+)+$/.test(name));
}

function isDelay(ms: number): boolean {
  return Number.isFinite(ms) && ms >= 0;
}

function isInteger(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
