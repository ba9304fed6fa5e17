import type { CustomerStore } from 'express-stripe-customer-session';

/** The two statements that a column `stripe_customer_id` of your users table needs. */
export interface UsersColumn {
  /** The column of this user, `null` where it is empty, `undefined` where there is no such user. */
  read(userId: string): Promise<string | null | undefined>;
  /** One conditional UPDATE: sets the column where it holds `from` (`null`: is empty). Whether a row changed. */
  change(userId: string, from: string | null, to: string): Promise<boolean>;
}

/**
 * A customer store over that column. One column knows one Stripe account and mode, so it takes one scope, and
 * refuses every other: a test key never meets a live customer.
 */
export function usersColumnStore(scope: string, column: UsersColumn): CustomerStore {
  async function read(given: string, userId: string): Promise<string | null> {
    if (given !== scope) throw new Error(`The users table holds customers of ${scope}, not of ${given}.`);
    const held = await column.read(userId);
    // A row to come would be too late: the customer would be created first, and then belong to nobody.
    if (held === undefined) throw new Error('There is no such user.');
    return held;
  }

  return {
    get: read,
    async claim(given, userId, customerId) {
      const held = await read(given, userId);
      if (held !== null) return held;
      if (await column.change(userId, null, customerId)) return customerId;
      const winner = await read(given, userId);
      if (winner === null) throw new Error('The column was emptied while it was being claimed.');
      return winner;
    },
    async replace(given, userId, expectedOld, next) {
      await read(given, userId);
      return column.change(userId, expectedOld, next);
    },
  };
}
