import type { UserColumns, UsersTable } from './users-column.js';

interface Columns {
  stripeCustomerId: string | null;
  stripeCreationKey: string | null;
}

/**
 * The part of your generated `PrismaClient` that is used; the schema has `stripeCustomerId String? @unique` and
 * `stripeCreationKey String?`.
 */
export interface UsersPrisma {
  user: {
    findUnique(query: {
      where: { id: string };
      select: { stripeCustomerId: true; stripeCreationKey: true };
    }): Promise<Columns | null>;
    updateMany(query: {
      where: { id: string } & Partial<Columns>;
      data: Partial<Columns>;
    }): Promise<{ count: number }>;
  };
}

export function usersByPrisma(prisma: UsersPrisma): UsersTable {
  return {
    async read(id) {
      const select = { stripeCustomerId: true, stripeCreationKey: true } as const;
      const row = await prisma.user.findUnique({ where: { id }, select });
      return row ? { customer: row.stripeCustomerId, creationKey: row.stripeCreationKey } : undefined;
    },
    // updateMany, because update throws where no row fits.
    async update(id, expected, values) {
      const where = { id, ...columns(expected) };
      const { count } = await prisma.user.updateMany({ where, data: columns(values) });
      return count === 1;
    },
  };
}

// Prisma takes `undefined` for "any", so what is not given must not be there.
function columns({ customer, creationKey }: Partial<UserColumns>): Partial<Columns> {
  return {
    ...(customer !== undefined && { stripeCustomerId: customer }),
    ...(creationKey !== undefined && { stripeCreationKey: creationKey }),
  };
}
