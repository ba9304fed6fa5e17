import { ApiError, refused } from './errors.js';
import type { EmulatorConfig } from './options.js';

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
  const error = (message: string, code?: string) => {
    const body = { type: 'invalid_request_error', message, ...(code ? { code } : {}) };
    return new ApiError(401, body, { 'www-authenticate': 'Bearer realm="Stripe"' });
  };
  if (!key) throw error('You did not provide an API key in the Authorization header.');
  if (/^[a-z]{2}_live_/.test(key)) throw error('This is an emulator: it takes no live keys. Use a test key.');
  if (key.startsWith('pk_')) {
    throw error('This API call cannot be made with a publishable API key.', 'secret_key_required');
  }
  throw error(`Invalid API Key provided: ${masked(key)}`);
}

/** Refuses a restricted key that was not given the route. */
export function authorize(config: EmulatorConfig, key: string, route: string): void {
  const allowed = config.restrictedKeys.get(key);
  if (!allowed || allowed.has(route)) return;
  throw refused(
    403,
    `The provided key '${masked(key)}' does not have the required permissions for this endpoint (${route}).`,
  );
}

/** The account that a request acts in, by `Stripe-Account` or `Stripe-Context`: `null` for the platform's own. */
export function accountOf(account: string | undefined, context: string | undefined): string | null {
  // A context is a path from the platform down; the last part is where the call acts
  // (https://docs.stripe.com/context).
  const fromContext = context?.split('/').at(-1);
  const id = account || fromContext;
  if (!id) return null;
  if (account && fromContext && account !== fromContext) {
    throw accountInvalid('Stripe-Account and Stripe-Context name different accounts.');
  }
  if (/^acct_\w+$/.test(id)) return id;
  throw accountInvalid(`No such account, or no access to it: '${id.slice(0, 64)}'`);
}

/** Refuses what is no version of Stripe's, and a v2 request without one, since v2 has no default of the account. */
export function checkVersion(version: string | undefined, path: string): void {
  if (version === undefined && !path.startsWith('/v2/')) return;
  if (version !== undefined && /^\d{4}-\d{2}-\d{2}(\.[a-z]+)?(;.*)?$/.test(version)) return;
  throw refused(400, `Invalid Stripe API version: ${version?.slice(0, 64) ?? 'none'}`);
}

function accountInvalid(message: string): ApiError {
  return refused(403, message, { code: 'account_invalid' });
}

// Stripe shows the kind of key and its last four characters.
function masked(key: string): string {
  const [kind = ''] = /^[a-z]{2}_test_/.exec(key) ?? [];
  return key.length < 16 ? `${kind}****` : `${kind}****${key.slice(-4)}`;
}
