import { configError } from './config-error.js';

/** setTimeout's longest delay, in ms. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

const HTTPS_ORIGIN = /^https:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/;
// An app's own scheme; browsers send `null` for file: and data:.
const APP_ORIGIN =
  /^(?!https?:|wss?:|file:|data:|blob:|javascript:|about:)[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(?::\d{1,5})?$/;

/** Exact origins, as browsers send them. */
export function parseOrigins(value: unknown): ReadonlySet<string> {
  if (value === undefined) return new Set();
  if (!Array.isArray(value)) throw configError('allowedOrigins', value, 'Use an array of origins.');
  return new Set(value.map(parseOrigin));
}

function parseOrigin(value: unknown): string {
  if (typeof value === 'string' && (isHttpsOrigin(value) || APP_ORIGIN.test(value))) return value;
  const fix =
    'Use exact origins as a browser sends them: "https://shop.example", "https://shop.example:8443" or an ' +
    'app\'s "capacitor://localhost"; no "*", "null", plain http, path, trailing slash or capitals.';
  throw configError('allowedOrigins', value, fix);
}

function isHttpsOrigin(value: string): boolean {
  return HTTPS_ORIGIN.test(value) && URL.canParse(value) && new URL(value).origin === value;
}

export function requiredFunction<Fn>(option: string, value: Fn): Fn {
  if (typeof value === 'function') return value;
  throw configError(option, value, 'It is required: pass a function, e.g. (user) => user.stripeCustomerId.');
}

export function optionalFunction<Fn>(option: string, value: Fn | undefined): Fn | undefined {
  if (value === undefined || typeof value === 'function') return value;
  throw configError(option, value, 'Pass a function, or leave it out.');
}

export function boolean<Fallback>(option: string, value: unknown, fallback: Fallback): boolean | Fallback {
  if (value === undefined) return fallback;
  if (typeof value === 'boolean') return value;
  throw configError(option, value, 'Use true or false, or leave it out.');
}

export function integer(
  option: string,
  value: unknown,
  fallback: number,
  [least, most]: [number, number],
): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw configError(option, value, `Use a whole number from ${least} to ${most}, or leave it out.`);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
