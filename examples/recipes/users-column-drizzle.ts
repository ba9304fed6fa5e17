import type { UsersColumn } from './users-column.js';

// With your schema these are Drizzle's own types: `users` from your tables, `db` from `drizzle(pool)`, and
// `import { and, eq, isNull } from 'drizzle-orm'`.
export interface DrizzleParts<Column, Condition> {
  users: { id: Column; stripeCustomerId: Column };
  db: {
    select(fields: { held: Column }): {
      from(table: DrizzleParts<Column, Condition>['users']): {
        where(condition: Condition): Promise<{ held: string | null }[]>;
      };
    };
    update(table: DrizzleParts<Column, Condition>['users']): {
      set(values: { stripeCustomerId: string }): {
        where(condition: Condition): { returning(fields: { id: Column }): Promise<{ id: string }[]> };
      };
    };
  };
  and: (...conditions: Condition[]) => Condition;
  eq: (column: Column, value: string) => Condition;
  isNull: (column: Column) => Condition;
}

export function columnByDrizzle<Column, Condition>(parts: DrizzleParts<Column, Condition>): UsersColumn {
  const { db, users, and, eq, isNull } = parts;
  return {
    async read(id) {
      const [user] = await db.select({ held: users.stripeCustomerId }).from(users).where(eq(users.id, id));
      return user?.held;
    },
    async change(id, from, to) {
      const holds = from === null ? isNull(users.stripeCustomerId) : eq(users.stripeCustomerId, from);
      const changed = await db
        .update(users)
        .set({ stripeCustomerId: to })
        .where(and(eq(users.id, id), holds))
        .returning({ id: users.id });
      return changed.length === 1;
    },
  };
}
