import type { Awaitable } from '../core/types.js';

/** What a store holds of a user. Members that are not set are `undefined` or `null`. */
export interface CustomerRow {
  /** The user's customer: `cus_…`, or `acct_…` of Accounts v2. */
  readonly customer?: string | null | undefined;
  /**
   * The idempotency key of a creation under way. It is there from before Stripe is asked until the customer is claimed,
   * so a process that crashed in between is followed up with the same key (D2, D5).
   */
  readonly creationKey?: string | null | undefined;
}

/**
 * Where `customerDirectory` keeps which customer a user has. One row per scope and user, for ever; both strings are
 * compared byte for byte. Each method is atomic. One that cannot do its work rejects: it never answers "none" instead
 * (D1).
 *
 * An adapter of your own is tested by `customerStoreContract` of `express-stripe-customer-session/testing`.
 */
export interface CustomerStore {
  /** The user's row; `undefined` or `null` where there is none. */
  get(scope: string, userId: string): Awaitable<CustomerRow | null | undefined>;
  /**
   * Writes `creationKey` where the row holds no key and no customer but `insteadOf`, which stays; makes the row where there
   * is none. Gives the row as it is then: with the caller's key, or with the key or the customer of whoever came first.
   */
  begin(scope: string, userId: string, creationKey: string, insteadOf?: string): Awaitable<CustomerRow>;
  /** Compare-and-set: changes the creation key from `expectedKey` to `creationKey`. `false` where the row holds another or none. */
  renew(scope: string, userId: string, expectedKey: string, creationKey: string): Awaitable<boolean>;
  /**
   * Gives the user this customer unless the row holds one, makes the row where there is none, and takes the creation key
   * away. Gives the customer that the row then holds: the caller's own, or the one of whoever came first. Rejects, and
   * changes nothing, when another user of the scope holds this customer (D10).
   */
  claim(scope: string, userId: string, customer: string): Awaitable<string>;
  /**
   * Compare-and-set: changes the customer from `expected` to `next` and takes the creation key away. `false` where the row
   * holds another customer or none. Rejects, and changes nothing, when another user of the scope holds `next` (D10).
   */
  replace(scope: string, userId: string, expected: string, next: string): Awaitable<boolean>;
  /** The rows are gone when the process ends. The directory warns of such a store once, in production. */
  readonly volatile?: boolean;
}

/** D10, as the stores of this package reject. */
export function heldByAnother(): Error {
  return new Error(
    'Another user of this scope holds this customer, and a customer belongs to one user: two would see the same saved ' +
      'payment methods. Nothing was changed.',
  );
}

/**
 * A customer store in this process's memory, for tests and for a first try: a restart forgets every user, and no
 * two processes share it. In production (Express's own `app.get('env')`) the directory warns once, by
 * `process.emitWarning` with the code `ESCS_MEMORY_STORE`.
 */
export function memoryStore(): CustomerStore {
  const rows = new Map<string, CustomerRow>();
  const owners = new Map<string, string>();

  function give(scope: string, userId: string, customer: string): void {
    const row = keyOf(scope, userId);
    const owned = keyOf(scope, customer);
    if ((owners.get(owned) ?? row) !== row) throw heldByAnother();
    owners.set(owned, row);
    rows.set(row, { customer });
  }

  return {
    volatile: true,
    get: (scope, userId) => rows.get(keyOf(scope, userId)),
    begin(scope, userId, creationKey, insteadOf) {
      const held = rows.get(keyOf(scope, userId));
      if (held?.customer !== undefined && held.customer !== insteadOf) return held;
      const row = { creationKey, ...held };
      rows.set(keyOf(scope, userId), row);
      return row;
    },
    renew(scope, userId, expectedKey, creationKey) {
      const row = rows.get(keyOf(scope, userId));
      if (row?.creationKey !== expectedKey) return false;
      rows.set(keyOf(scope, userId), { ...row, creationKey });
      return true;
    },
    claim(scope, userId, customer) {
      const held = rows.get(keyOf(scope, userId))?.customer;
      if (typeof held === 'string') return held;
      give(scope, userId, customer);
      return customer;
    },
    replace(scope, userId, expected, next) {
      if (rows.get(keyOf(scope, userId))?.customer !== expected) return false;
      give(scope, userId, next);
      if (next !== expected) owners.delete(keyOf(scope, expected));
      return true;
    },
  };
}

// As JSON, `['a', 'b:c']` and `['a:b', 'c']` stay two rows.
function keyOf(scope: string, name: string): string {
  return JSON.stringify([scope, name]);
}
