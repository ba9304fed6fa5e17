import { ApiError, refused } from './errors.js';
import type { EmulatorConfig } from './options.js';
import type { Route } from './routes.js';

/** The key of an `Authorization` header: a bearer token, or the user name of Basic. */
export function keyOf(authorization: string | undefined): string | undefined {
  const [, scheme = '', credentials = ''] = /^(\S+)\s+(.+)$/.exec(authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return credentials.trim();
  if (scheme.toLowerCase() !== 'basic') return undefined;
  return Buffer.from(credentials, 'base64').toString('utf8').split(':')[0];
}

/** Whether the emulator knows a key. */
export function isKnownKey(config: EmulatorConfig, key: string | undefined): boolean {
  return key !== undefined && (key === config.secretKey || config.restrictedKeys.has(key));
}

/** Refuses a request whose key is not one of the emulator's, without repeating the key. */
export function authenticate(config: EmulatorConfig, key: string | undefined): asserts key is string {
  if (key !== undefined && isKnownKey(config, key)) return;
  const headers = { 'www-authenticate': 'Bearer realm="Stripe"' };
  const error = (message: string, code?: string) =>
    new ApiError(401, { type: 'invalid_request_error', message, ...(code ? { code } : {}) }, headers);
  if (!key) throw error('You did not provide an API key in the Authorization header.');
  if (/^[a-z]{2}_live_/.test(key)) throw error('This is an emulator: it takes no live keys. Use a test key.');
  if (key.startsWith('pk_')) {
    throw error('This API call cannot be made with a publishable API key.', 'secret_key_required');
  }
  throw error(`Invalid API Key provided: ${masked(key)}`);
}

/** Refuses a restricted key that was not given the route. */
export function authorize(config: EmulatorConfig, key: string, route: Route): void {
  const allowed = config.restrictedKeys.get(key);
  if (!allowed || allowed.has(route)) return;
  throw refused(
    403,
    `The provided key '${masked(key)}' does not have the required permissions for this endpoint (${route}).`,
  );
}

// Stripe shows the kind of key and its last four characters.
function masked(key: string): string {
  const [kind = ''] = /^[a-z]{2}_test_/.exec(key) ?? [];
  return key.length < 16 ? `${kind}****` : `${kind}****${key.slice(-4)}`;
}
