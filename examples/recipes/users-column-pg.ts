import type { PostgresClient } from 'express-stripe-customer-session/postgres';
import type { UserColumns, UsersTable } from './users-column.js';

const COLUMN: Record<string, string> = { customer: 'stripe_customer_id', creationKey: 'stripe_creation_key' };

/** `ALTER TABLE users ADD COLUMN stripe_customer_id text UNIQUE, ADD COLUMN stripe_creation_key text` */
export function usersByPg(pool: PostgresClient): UsersTable {
  return {
    async read(userId) {
      const { rows } = await pool.query(
        `SELECT stripe_customer_id AS customer, stripe_creation_key AS "creationKey" FROM users WHERE id = $1`,
        [userId],
      );
      return rows[0] as UserColumns | undefined;
    },
    async update(userId, expected, values) {
      const given: (string | null)[] = [userId];
      const write = (columns: object, operator: string) =>
        Object.entries(columns).map(([name, value]) => `${COLUMN[name]} ${operator} $${given.push(value)}`);
      const sets = write(values, '=').join(', ');
      const conditions = write(expected, 'IS NOT DISTINCT FROM').join(' AND ');
      const { rows } = await pool.query(
        `UPDATE users SET ${sets} WHERE id = $1 AND ${conditions} RETURNING id`,
        given,
      );
      return rows.length === 1;
    },
  };
}
