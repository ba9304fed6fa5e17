import type { CustomerStore } from 'express-stripe-customer-session';

/** A row of the mapping that you have. */
export interface OldRow {
  userId: string;
  customerId: string;
}

/** What decides between two customers of one user. */
export interface CustomerFacts {
  deleted: boolean;
  activeSubscriptions: number;
  savedPaymentMethods: number;
  /** Seconds since the epoch, as Stripe gives it. */
  created: number;
}

export interface Migration {
  /** One customer per user. */
  chosen: Map<string, string>;
  /** Other customers of these users that Stripe still has: look at them, and merge by hand what is of worth. */
  left: OldRow[];
  /** Customers that several users share. Nobody gets one before a person has decided whose it is. */
  shared: Map<string, string[]>;
}

/**
 * Decides, and changes nothing. Of a user's customers the one with more subscriptions wins, then with more saved
 * cards, then the older one: in that order it hurts to lose them. Stripe cannot merge two customers.
 */
export async function planMigration(
  rows: readonly OldRow[],
  factsOf: (customerId: string) => Promise<CustomerFacts>,
): Promise<Migration> {
  const shared = new Map(
    [...groupBy(rows, 'customerId', 'userId')].filter(([, users]) => new Set(users).size > 1),
  );
  const chosen = new Map<string, string>();
  const left: OldRow[] = [];
  for (const [userId, customerIds] of groupBy(rows, 'userId', 'customerId')) {
    const own = [...new Set(customerIds)].filter((id) => !shared.has(id));
    const known = await Promise.all(own.map(async (id) => ({ id, facts: await factsOf(id) })));
    const [best, ...others] = known.filter(({ facts }) => !facts.deleted).toSorted(byWorth);
    if (best !== undefined) chosen.set(userId, best.id);
    left.push(...others.map(({ id }) => ({ userId, customerId: id })));
  }
  return { chosen, left, shared };
}

/** Writes the plan. It may be run again and again: a row that is there already stays, and is told. */
export async function writeMigration(store: CustomerStore, scope: string, { chosen }: Migration) {
  const kept: OldRow[] = [];
  for (const [userId, customerId] of chosen) {
    const holder = await store.claim(scope, userId, customerId);
    if (holder !== customerId) kept.push({ userId, customerId: holder });
  }
  return { written: chosen.size - kept.length, kept };
}

/**
 * For the time in between: users who are not yet in the new store are looked up in the old mapping, and moved. With
 * it nobody gets a second customer, whenever the directory is switched on.
 */
export function movingStore(
  store: CustomerStore,
  oldCustomerOf: (userId: string) => Promise<string | undefined>,
): CustomerStore {
  return {
    begin: (...args) => store.begin(...args),
    renew: (...args) => store.renew(...args),
    claim: (...args) => store.claim(...args),
    replace: (...args) => store.replace(...args),
    async get(scope, userId) {
      const row = await store.get(scope, userId);
      if (row?.customer) return row;
      const old = await oldCustomerOf(userId);
      return old === undefined ? row : { customer: await store.claim(scope, userId, old) };
    },
  };
}

type Known = { id: string; facts: CustomerFacts };

function byWorth({ facts: a }: Known, { facts: b }: Known): number {
  return (
    b.activeSubscriptions - a.activeSubscriptions ||
    b.savedPaymentMethods - a.savedPaymentMethods ||
    a.created - b.created
  );
}

function groupBy(rows: readonly OldRow[], key: keyof OldRow, value: keyof OldRow): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const row of rows) groups.set(row[key], [...(groups.get(row[key]) ?? []), row[value]]);
  return groups;
}
