import { and, eq, isNull } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { type PgColumn, pgTable, text } from 'drizzle-orm/pg-core';
import type { UsersTable } from './users-column.js';

export const users = pgTable('users', {
  id: text().primaryKey(),
  customer: text('stripe_customer_id').unique(),
  creationKey: text('stripe_creation_key'),
});

export function usersByDrizzle(db: NodePgDatabase): UsersTable {
  const { customer, creationKey } = users;
  return {
    async read(id) {
      const [row] = await db.select({ customer, creationKey }).from(users).where(eq(users.id, id));
      return row;
    },
    async update(id, expected, values) {
      const changed = await db
        .update(users)
        .set(values)
        .where(
          and(eq(users.id, id), holds(customer, expected.customer), holds(creationKey, expected.creationKey)),
        )
        .returning({ id: users.id });
      return changed.length === 1;
    },
  };
}

// `and` leaves out what is undefined.
function holds(column: PgColumn, value: string | null | undefined) {
  if (value === undefined) return undefined;
  return value === null ? isNull(column) : eq(column, value);
}
