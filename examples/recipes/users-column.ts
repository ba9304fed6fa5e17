import type { CustomerRow, CustomerStore } from 'express-stripe-customer-session';

/** The two columns, by the store's names for them; a column that is empty is `null`. */
export interface UserColumns {
  /** `stripe_customer_id`, which must be UNIQUE: two users who share a customer share its cards. */
  customer: string | null;
  /** `stripe_creation_key` */
  creationKey: string | null;
}

/** The two statements that they need. */
export interface UsersTable {
  /** The columns of this user; `undefined` where there is no such user. */
  read(userId: string): Promise<UserColumns | undefined>;
  /** One UPDATE of this user's row, if its columns still are as in `expected`. Whether a row changed. */
  update(userId: string, expected: Partial<UserColumns>, values: Partial<UserColumns>): Promise<boolean>;
}

/**
 * A customer store over two columns of your users table. They know one Stripe account and mode, so the store takes one
 * scope and refuses every other: a test key never meets a live customer. It makes no rows: a user who does not exist gets
 * no customer.
 */
export function usersColumnStore(scope: string, users: UsersTable): CustomerStore {
  async function read(given: string, userId: string): Promise<UserColumns> {
    if (given !== scope) throw new Error(`The users table holds customers of ${scope}, not of ${given}.`);
    const row = await users.read(userId);
    if (row === undefined) throw new Error('There is no such user.');
    return row;
  }

  return {
    get: read,
    async begin(given, userId, creationKey, insteadOf): Promise<CustomerRow> {
      const { customer } = await read(given, userId);
      if (customer === null || customer === insteadOf) {
        await users.update(userId, { customer, creationKey: null }, { creationKey });
      }
      return read(given, userId);
    },
    async renew(given, userId, expectedKey, creationKey) {
      await read(given, userId);
      return users.update(userId, { creationKey: expectedKey }, { creationKey });
    },
    async claim(given, userId, customer) {
      await read(given, userId);
      if (await users.update(userId, { customer: null }, { customer, creationKey: null })) return customer;
      const { customer: winner } = await read(given, userId);
      if (winner === null) throw new Error('The column was emptied while it was being claimed.');
      return winner;
    },
    async replace(given, userId, expected, next) {
      await read(given, userId);
      return users.update(userId, { customer: expected }, { customer: next, creationKey: null });
    },
  };
}
