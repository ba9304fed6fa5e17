import {
  type CustomerFacts,
  movingStore,
  planMigration,
  writeMigration,
} from '../../examples/recipes/migrating.js';
import { memoryStore } from '../../src/customers/store.js';

describe('migrating a mapping with duplicates', () => {
  const facts: Record<string, Partial<CustomerFacts>> = {
    cus_plain: { created: 1 },
    cus_cards: { savedPaymentMethods: 2, created: 2 },
    cus_subscribed: { activeSubscriptions: 1, created: 3 },
    cus_gone: { deleted: true, activeSubscriptions: 9 },
    cus_older: { created: 4 },
    cus_newer: { created: 5 },
  };
  const factsOf = async (id: string): Promise<CustomerFacts> => ({
    deleted: false,
    activeSubscriptions: 0,
    savedPaymentMethods: 0,
    created: 0,
    ...facts[id],
  });
  const row = (userId: string, customerId: string) => ({ userId, customerId });
  const rows = [
    row('ada', 'cus_plain'),
    row('ada', 'cus_cards'),
    row('ada', 'cus_subscribed'),
    row('ada', 'cus_subscribed'),
    row('bob', 'cus_newer'),
    row('bob', 'cus_older'),
    row('cyd', 'cus_gone'),
    row('dora', 'cus_both'),
    row('emil', 'cus_both'),
    row('emil', 'cus_own'),
  ];

  it('keeps the customer whose loss would hurt most, and gives nobody a shared one', async () => {
    const plan = await planMigration(rows, factsOf);
    expect([...plan.chosen]).toEqual([
      ['ada', 'cus_subscribed'],
      ['bob', 'cus_older'],
      ['emil', 'cus_own'],
    ]);
    expect(plan.left).toEqual([row('ada', 'cus_cards'), row('ada', 'cus_plain'), row('bob', 'cus_newer')]);
    expect([...plan.shared]).toEqual([['cus_both', ['dora', 'emil']]]);
  });

  it('writes it once, however often it runs', async () => {
    const store = memoryStore();
    await store.claim('live', 'bob', 'cus_meanwhile');
    const plan = await planMigration(rows, factsOf);
    const told = { written: 2, kept: [row('bob', 'cus_meanwhile')] };
    expect(await writeMigration(store, 'live', plan)).toEqual(told);
    expect(await writeMigration(store, 'live', plan)).toEqual(told);
    expect(await store.get('live', 'ada')).toEqual({ customer: 'cus_subscribed' });
  });

  it('moves a user who comes before the migration is through', async () => {
    const store = memoryStore();
    const moving = movingStore(store, async (userId) => (userId === 'ada' ? 'cus_old' : undefined));
    expect(await moving.get('live', 'ada')).toEqual({ customer: 'cus_old' });
    expect(await store.get('live', 'ada')).toEqual({ customer: 'cus_old' });
    expect(await moving.get('live', 'new')).toBeUndefined();
  });
});
