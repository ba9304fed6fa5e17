import { choiceError, configError, refuseUnknownKeys } from '../core/config-error.js';
import type { Awaitable } from '../core/types.js';
import { wholeNumber } from '../core/values.js';
import { keyModeOf } from '../stripe/client.js';
import type { CustomersClient } from './create-customer.js';
import type { CustomerStore } from './store.js';
import { parseScope } from './user-id.js';

/** Parameters of Stripe's `customers.create`; all of them are allowed, these are the usual ones. */
export type CustomerProfile =
  | object
  | {
      /** Receipts go to it, where they are on. */
      email?: string;
      /** The person's or the company's full name. */
      name?: string;
      /** The telephone number. */
      phone?: string;
      /** A note that only the Dashboard shows. */
      description?: string;
      /** Values of your own. `{ user: user.id }` lets you find whom a customer belongs to. */
      metadata?: Record<string, string>;
    };

/** Options of `customerDirectory`. `stripe`, `store` and `userId` are required. */
export interface CustomerDirectoryOptions<User> {
  /** A client by `createStripe`, or the host's own: anything with `customers.create` (and `customers.retrieve`). */
  stripe: CustomersClient;
  /** Where the mapping lives: `postgresStore(pool)`, `redisStore(client)`, `memoryStore()`, or one of your own. */
  store: CustomerStore;
  /**
   * The user's id in your system: it never changes and is never given to another user, so no e-mail address.
   * Printable text up to 255 bytes, a whole number or a bigint.
   */
  userId: (user: User) => string | number | bigint;
  /**
   * What a new customer is created with. Called for new customers only; later changes are not copied to Stripe. Give equal
   * parameters for an unchanged user: after a crash, other ones make a second customer at Stripe, which nobody uses.
   *
   * @defaultValue none: a customer without name and e-mail address
   */
  profile?: (user: User) => Awaitable<CustomerProfile>;
  /**
   * Which rows of the store are meant: one name per Stripe account and mode, and one per sandbox. Rows of another scope are
   * never seen.
   *
   * @defaultValue the mode of the key (`test` or `live`) with `createStripe`; required with a host's own client
   */
  scope?: string;
  /**
   * Give a user whose customer was deleted at Stripe a new one. The saved cards are gone either way; the choice is
   * whether a deletion at Stripe was meant to last. Off, such a user gets 409 `no_customer`.
   *
   * `'vanished-test-data'` is `true`, and with a test key of `createStripe` it also takes customers that Stripe does not
   * know at all: what is left of test data that the Dashboard deleted. A key of another account looks the same, so with a
   * live key, or with a client of your own, a customer that Stripe never heard of is not recreated.
   *
   * @defaultValue `false`
   */
  recreate?: boolean | 'vanished-test-data';
  /**
   * The directory's calls to Stripe that may be open at once: 8 of 0.4 s are 20 a second, and Stripe's default limit is 25
   * for that endpoint. Up to 64 more users wait for 5 s at most, within the router's deadline; then 503 `overloaded`.
   * Several processes, or several directories of one account, share Stripe's limit: give each a part of the 8.
   *
   * @see https://docs.stripe.com/rate-limits
   * @defaultValue `8`
   */
  maxInFlight?: number;
}

/** The options, checked and complete. */
export interface DirectoryConfig<User> {
  readonly stripe: CustomersClient;
  readonly store: CustomerStore;
  readonly userId: (user: User) => unknown;
  readonly profile: (user: User) => Awaitable<unknown>;
  readonly scope: string;
  readonly livemode: boolean | undefined;
  readonly recreate: boolean | 'vanished-test-data';
  readonly maxInFlight: number;
}

const OPTION_NAMES: Record<keyof CustomerDirectoryOptions<unknown>, true> = {
  stripe: true,
  store: true,
  userId: true,
  profile: true,
  scope: true,
  recreate: true,
  maxInFlight: true,
};

/** @throws TypeError that names the option, its value and the fix. */
export function parseDirectoryOptions<User>(options: CustomerDirectoryOptions<User>): DirectoryConfig<User> {
  if (typeof options !== 'object' || options === null) {
    throw configError('options', options, 'Pass { stripe, store, userId }.');
  }
  refuseUnknownKeys('customerDirectory()', options, Object.keys(OPTION_NAMES));
  const { stripe, store, userId, profile = () => ({}), recreate = false } = options;
  requireMethods('stripe', stripe?.customers, recreate ? ['create', 'retrieve'] : ['create']);
  requireMethods('store', store, ['get', 'begin', 'renew', 'claim', 'replace']);
  if (typeof userId !== 'function') throw configError('userId', userId, 'Pass (user) => user.id.');
  if (typeof profile !== 'function')
    throw configError('profile', profile, 'Pass (user) => ({ email: user.email }).');
  if (typeof recreate !== 'boolean' && recreate !== 'vanished-test-data') {
    throw choiceError('recreate', recreate, 'Pass true, false or "vanished-test-data".');
  }
  const mode = keyModeOf(stripe);
  return {
    stripe,
    store,
    userId,
    profile,
    recreate,
    maxInFlight: wholeNumber('maxInFlight', options.maxInFlight, 8, [1, 1_000]),
    livemode: mode?.livemode,
    scope: scopeOf(options.scope, mode?.scope),
  };
}

function requireMethods(option: string, value: unknown, names: readonly string[]): void {
  const lacking = names.find((name) => typeof Object(value)[name] !== 'function');
  if (lacking === undefined) return;
  const where = option === 'stripe' ? 'customers.' : '';
  throw configError(option, value, `It needs a method ${where}${lacking}().`);
}

// D7: with a host's own client nothing tells test from live, so the host must.
function scopeOf(scope: string | undefined, ofKey: string | undefined): string {
  if (scope !== undefined) return parseScope(scope);
  if (ofKey !== undefined) return ofKey;
  throw configError(
    'scope',
    scope,
    'Name the Stripe account and mode, such as "live": this client was not made by createStripe.',
  );
}
