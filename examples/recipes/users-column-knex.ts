import type { UsersColumn } from './users-column.js';

interface UserRow {
  id: string;
  stripe_customer_id: string | null;
}

/** The part of Knex that is used: `knex<UserRow>('users')`. */
export interface UsersQuery {
  where(match: Partial<UserRow>): UsersQuery;
  first(column: 'stripe_customer_id'): Promise<Pick<UserRow, 'stripe_customer_id'> | undefined>;
  update(values: { stripe_customer_id: string }): Promise<number>;
}

export function columnByKnex(knex: (table: 'users') => UsersQuery): UsersColumn {
  return {
    async read(id) {
      const user = await knex('users').where({ id }).first('stripe_customer_id');
      return user?.stripe_customer_id;
    },
    // Knex writes `IS NULL` where the value to match is null.
    async change(id, from, to) {
      const changed = await knex('users')
        .where({ id, stripe_customer_id: from })
        .update({ stripe_customer_id: to });
      return changed === 1;
    },
  };
}
