import type { Knex } from 'knex';
import type { UserColumns, UsersTable } from './users-column.js';

interface UserRow {
  id: string;
  stripe_customer_id: string | null;
  stripe_creation_key: string | null;
}

export function usersByKnex(knex: Knex): UsersTable {
  return {
    async read(id) {
      const row = await knex<UserRow>('users')
        .where({ id })
        .first('stripe_customer_id', 'stripe_creation_key');
      return row && { customer: row.stripe_customer_id, creationKey: row.stripe_creation_key };
    },
    // Knex writes `IS NULL` where the value to match is null.
    async update(id, expected, values) {
      const changed = await knex<UserRow>('users')
        .where({ id, ...columns(expected) })
        .update(columns(values));
      return changed === 1;
    },
  };
}

function columns({ customer, creationKey }: Partial<UserColumns>): Partial<UserRow> {
  return {
    ...(customer !== undefined && { stripe_customer_id: customer }),
    ...(creationKey !== undefined && { stripe_creation_key: creationKey }),
  };
}
