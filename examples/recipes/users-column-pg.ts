import type { PostgresClient } from 'express-stripe-customer-session/postgres';
import type { UsersColumn } from './users-column.js';

/** `ALTER TABLE users ADD COLUMN stripe_customer_id text UNIQUE` */
export function columnByPg(pool: PostgresClient): UsersColumn {
  return {
    async read(userId) {
      const { rows } = await pool.query('SELECT stripe_customer_id FROM users WHERE id = $1', [userId]);
      const row = rows[0] as { stripe_customer_id: string | null } | undefined;
      return row?.stripe_customer_id;
    },
    async change(userId, from, to) {
      const { rows } = await pool.query(
        `UPDATE users SET stripe_customer_id = $3
         WHERE id = $1 AND stripe_customer_id IS NOT DISTINCT FROM $2 RETURNING id`,
        [userId, from, to],
      );
      return rows.length === 1;
    },
  };
}
