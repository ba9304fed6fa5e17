import type { UsersColumn } from './users-column.js';

/** The part of your generated `PrismaClient` that is used; the schema has `stripeCustomerId String? @unique`. */
export interface UsersPrisma {
  user: {
    findUnique(query: {
      where: { id: string };
      select: { stripeCustomerId: true };
    }): Promise<{ stripeCustomerId: string | null } | null>;
    updateMany(query: {
      where: { id: string; stripeCustomerId: string | null };
      data: { stripeCustomerId: string };
    }): Promise<{ count: number }>;
  };
}

export function columnByPrisma(prisma: UsersPrisma): UsersColumn {
  return {
    async read(id) {
      const user = await prisma.user.findUnique({ where: { id }, select: { stripeCustomerId: true } });
      return user?.stripeCustomerId;
    },
    // updateMany, because update takes no condition beside the id.
    async change(id, from, to) {
      const { count } = await prisma.user.updateMany({
        where: { id, stripeCustomerId: from },
        data: { stripeCustomerId: to },
      });
      return count === 1;
    },
  };
}
