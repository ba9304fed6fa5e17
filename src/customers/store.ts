import type { Awaitable } from '../core/types.js';

/**
 * Where `customerDirectory` keeps which customer a user has. One row per scope and user, for ever; both strings
 * are compared byte for byte. A method that cannot do its work rejects: it never answers "none" instead (D1).
 *
 * An adapter of your own is tested by `customerStoreContract` of `express-stripe-customer-session/testing`.
 */
export interface CustomerStore {
  /** The customer of the user, or `undefined` (or `null`) when there is no row. */
  get(scope: string, userId: string): Awaitable<string | null | undefined>;
  /**
   * Inserts a row where there is none, atomically, and gives the customer that the row holds afterwards: the
   * caller's own, or the one of whoever came first.
   */
  claim(scope: string, userId: string, customerId: string): Awaitable<string>;
  /**
   * Compare-and-set: changes the row to `next` if it holds `expectedOld`, atomically. `false` when it holds
   * another customer, or when there is no row.
   */
  replace(scope: string, userId: string, expectedOld: string, next: string): Awaitable<boolean>;
  /** The rows are gone when the process ends. The directory warns of such a store once, in production. */
  readonly volatile?: boolean;
}

/**
 * A customer store in this process's memory, for tests and for a first try: a restart forgets every user, and no
 * two processes share it. In production (Express's own `app.get('env')`) the directory warns once, by
 * `process.emitWarning` with the code `ESCS_MEMORY_STORE`.
 */
export function memoryStore(): CustomerStore {
  const rows = new Map<string, string>();
  return {
    volatile: true,
    get: (scope, userId) => rows.get(keyOf(scope, userId)),
    claim(scope, userId, customerId) {
      const winner = rows.get(keyOf(scope, userId)) ?? customerId;
      rows.set(keyOf(scope, userId), winner);
      return winner;
    },
    replace(scope, userId, expectedOld, next) {
      if (rows.get(keyOf(scope, userId)) !== expectedOld) return false;
      rows.set(keyOf(scope, userId), next);
      return true;
    },
  };
}

// As JSON, `['a', 'b:c']` and `['a:b', 'c']` stay two rows.
function keyOf(scope: string, userId: string): string {
  return JSON.stringify([scope, userId]);
}
