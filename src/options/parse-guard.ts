import { configError, refuseUnknownKeys } from '../core/config-error.js';
import type { EventListener } from '../core/events.js';
import { boolean, isRecord, optionalFunction } from '../core/values.js';
import type { GuardPolicy } from '../guards/guards.js';
import { isLocalOrigin } from '../guards/localhost.js';
import type { CustomerSessionGuardOptions } from './router-options.js';

export interface GuardConfig extends GuardPolicy {
  readonly onEvent: EventListener | undefined;
}

// The compiler keeps this list whole.
const OPTIONS: Record<keyof CustomerSessionGuardOptions, true> = {
  allowedOrigins: true,
  allowNonBrowser: true,
  dangerouslyAllowHttpOnLocalhost: true,
  onEvent: true,
};

/** @throws {TypeError} that names the first bad option, its kind and the fix */
export function parseGuardOptions(options: CustomerSessionGuardOptions): GuardConfig {
  requireOptions('customerSessionGuard', options, 'customerSessionGuard({ allowedOrigins: [] })');
  refuseUnknownKeys('customerSessionGuard()', options, Object.keys(OPTIONS));
  return Object.freeze({
    ...parseGuardPolicy(options),
    onEvent: optionalFunction('onEvent', options.onEvent),
  });
}

export function requireOptions(where: string, options: unknown, example: string): void {
  if (isRecord(options)) return;
  throw configError('options', options, `Give ${where}() an object: ${example}.`);
}

/** The part that the router shares. */
export function parseGuardPolicy(options: CustomerSessionGuardOptions): GuardPolicy {
  const option = 'dangerouslyAllowHttpOnLocalhost';
  const dangerouslyAllowHttpOnLocalhost = boolean(option, options[option], false);
  if (dangerouslyAllowHttpOnLocalhost) warnOfLocalHttp();
  return {
    allowedOrigins: parseOrigins(options.allowedOrigins, dangerouslyAllowHttpOnLocalhost),
    allowNonBrowser: boolean('allowNonBrowser', options.allowNonBrowser, false),
    dangerouslyAllowHttpOnLocalhost,
  };
}

// The letters of hosts alone: to a URL "*", "${HOST}" and "a.example,b.example" are hosts, too.
const HTTPS_ORIGIN = /^https:\/\/[\w.:[\]-]+$/;
// An app's own scheme; browsers send `null` for file: and data:.
const APP_ORIGIN =
  /^(?!https?:|wss?:|file:|data:|blob:|javascript:|about:)[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(?::\d{1,5})?$/;

// Exact origins, as browsers send them.
function parseOrigins(value: unknown, mayBeLocal: boolean): ReadonlySet<string> {
  if (value === undefined) return new Set();
  if (!Array.isArray(value)) throw configError('allowedOrigins', value, 'Use an array of origins.');
  for (const [index, origin] of value.entries()) {
    if (isExactOrigin(origin, mayBeLocal)) continue;
    const fix =
      'Use an exact origin as a browser sends it: "https://shop.example", "https://shop.example:8443" or an app\'s ' +
      '"capacitor://localhost"; no "*", "null", path, trailing slash or capitals, and plain http for localhost only, with ' +
      'dangerouslyAllowHttpOnLocalhost.';
    throw configError(`allowedOrigins[${index}]`, origin, fix);
  }
  return new Set(value);
}

function isExactOrigin(value: unknown, mayBeLocal: boolean): boolean {
  if (typeof value !== 'string') return false;
  if (APP_ORIGIN.test(value)) return true;
  const isWeb = HTTPS_ORIGIN.test(value) || (mayBeLocal && isLocalOrigin(value));
  return isWeb && URL.canParse(value) && new URL(value).origin === value;
}

let warned = false;

function warnOfLocalHttp(): void {
  if (warned) return;
  warned = true;
  process.emitWarning('dangerouslyAllowHttpOnLocalhost is on: for development only, never on a server.', {
    code: 'ESCS_HTTP_ON_LOCALHOST',
  });
}
