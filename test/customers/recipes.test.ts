import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'pg';
import { startPostgres } from '../../examples/cluster/servers/postgres.js';
import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { accountOf } from '../../examples/recipes/accounts-v2.js';
import { connectedCustomers } from '../../examples/recipes/connect.js';
import { memberOf, organisationDirectory, type SignedIn } from '../../examples/recipes/organisations.js';
import { type UsersColumn, usersColumnStore } from '../../examples/recipes/users-column.js';
import { columnByDrizzle } from '../../examples/recipes/users-column-drizzle.js';
import { columnByKnex, type UsersQuery } from '../../examples/recipes/users-column-knex.js';
import { columnByPg } from '../../examples/recipes/users-column-pg.js';
import { columnByPrisma } from '../../examples/recipes/users-column-prisma.js';
import { postgresSchema } from '../../src/customers/postgres.js';
import { createStripe, customerDirectory, memoryStore } from '../../src/index.js';
import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { describeWith } from './support/describe-with.js';

// A users table in memory, for the query builders whose packages are not here.
function usersTable(...ids: string[]) {
  const rows = new Map<string, string | null>(ids.map((id) => [id, null]));
  const update = (id: string, from: string | null, to: string) => {
    if (!rows.has(id) || rows.get(id) !== from) return 0;
    rows.set(id, to);
    return 1;
  };
  return { rows, update };
}

function prismaColumn(...ids: string[]): UsersColumn {
  const { rows, update } = usersTable(...ids);
  return columnByPrisma({
    user: {
      findUnique: async ({ where }) => {
        const held = rows.get(where.id);
        return held === undefined ? null : { stripeCustomerId: held };
      },
      updateMany: async ({ where, data }) => ({
        count: update(where.id, where.stripeCustomerId, data.stripeCustomerId),
      }),
    },
  });
}

function knexColumn(...ids: string[]): UsersColumn {
  const { rows, update } = usersTable(...ids);
  return columnByKnex(() => {
    let match: Parameters<UsersQuery['where']>[0] = {};
    const query: UsersQuery = {
      where: (given) => {
        match = given;
        return query;
      },
      first: async () => {
        const held = rows.get(match.id ?? '');
        return held === undefined ? undefined : { stripe_customer_id: held };
      },
      update: async (values) =>
        update(match.id ?? '', match.stripe_customer_id ?? null, values.stripe_customer_id),
    };
    return query;
  });
}

function drizzleColumn(...ids: string[]): UsersColumn {
  const { rows, update } = usersTable(...ids);
  type Match = { id?: string; held?: string | null };
  return columnByDrizzle<string, Match>({
    users: { id: 'id', stripeCustomerId: 'held' },
    and: (...conditions) => Object.assign({}, ...conditions),
    eq: (column, value) => ({ [column]: value }),
    isNull: (column) => ({ [column]: null }),
    db: {
      select: () => ({
        from: () => ({
          where: async ({ id = '' }) => {
            const held = rows.get(id);
            return held === undefined ? [] : [{ held }];
          },
        }),
      }),
      update: () => ({
        set: ({ stripeCustomerId }) => ({
          where: ({ id = '', held = null }) => ({
            returning: async () => (update(id, held, stripeCustomerId) === 1 ? [{ id }] : []),
          }),
        }),
      }),
    },
  });
}

// What the contract asks of a store, on a table whose users exist already.
async function behavesAsAColumn(column: UsersColumn): Promise<void> {
  const store = usersColumnStore('live', column);
  expect(await store.get('live', 'dora')).toBeNull();
  const told = await Promise.all(
    ['cus_1', 'cus_2', 'cus_3'].map(async (id) => store.claim('live', 'dora', id)),
  );
  const winner = await store.get('live', 'dora');
  expect(new Set(told)).toEqual(new Set([winner]));
  expect(await store.replace('live', 'dora', 'cus_0', 'cus_4')).toBe(false);
  expect(await store.replace('live', 'dora', String(winner), 'cus_4')).toBe(true);
  expect(await store.claim('live', 'dora', 'cus_5')).toBe('cus_4');
  expect(await store.get('live', 'emil')).toBeNull();
  await expect(store.get('test', 'dora')).rejects.toThrow(/of live, not of test/);
  await expect(store.get('live', 'nobody')).rejects.toThrow(/no such user/);
}

it('the documents print the table as it is made', () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'recipes', 'directory.md'), 'utf8');
  expect(page).toContain(`\n${postgresSchema}\n`);
});

describe('the users column', () => {
  it.each([
    ['Prisma', prismaColumn],
    ['Knex', knexColumn],
    ['Drizzle', drizzleColumn],
  ])('by %s', async (_name, make) => {
    await behavesAsAColumn(make('dora', 'emil'));
  });
});

describeWith(['postgres'], 'the users column by pg', () => {
  let server: ServerProcess;
  let pool: Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new Pool({ connectionString: server.url }).on('error', () => undefined);
    await pool.query('CREATE TABLE users (id text PRIMARY KEY, stripe_customer_id text UNIQUE)');
    await pool.query("INSERT INTO users VALUES ('dora'), ('emil')");
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  it('behaves as the others do', () => behavesAsAColumn(columnByPg(pool)));
});

describe('with Stripe', () => {
  let emulator: StripeEmulator;
  let stripe: ReturnType<typeof createStripe>;
  beforeEach(async () => {
    emulator = await startStripeEmulator();
    stripe = createStripe(emulator.secretKey, { ...emulator.stripeConfig });
  });
  afterEach(async () => {
    await stripe.close();
    await emulator.close();
  });

  it('a user who does not exist gets no customer', async () => {
    const store = usersColumnStore('test', prismaColumn('dora'));
    const directory = customerDirectory({ stripe, store, userId: (user: { id: string }) => user.id });
    await expect(directory.resolve({ id: 'nobody' })).rejects.toThrow(/get\(\)/);
    expect(emulator.customers.size).toBe(0);
    expect(await directory.resolve({ id: 'dora' })).toMatch(/^cus_/);
  });

  it('Connect: a buyer in two shops is two customers, each in its account', async () => {
    const resolve = connectedCustomers(stripe, { ...memoryStore(), volatile: false }, 'test');
    const request = {} as Parameters<typeof resolve>[1];
    const [one, two, again] = [
      await resolve({ id: 'dora', account: 'acct_one' }, request),
      await resolve({ id: 'dora', account: 'acct_two' }, request),
      await resolve({ id: 'dora', account: 'acct_one' }, request),
    ];
    expect(again).toEqual(one);
    expect(
      [...emulator.customers.values()].map(({ id, account }) => ({ customer: id, stripeAccount: account })),
    ).toEqual([one, two]);
  });

  it('organisations: two members share a customer, and no user has it by chance of number', async () => {
    const store = memoryStore();
    const companies = customerDirectory({ stripe, store, ...organisationDirectory });
    const people = customerDirectory({ stripe, store, userId: (user: { id: string }) => user.id });
    const owner = { userId: '1', organisationId: '7', role: 'owner' } as const;
    const customer = await companies.resolve(owner);
    expect(await companies.resolve({ ...owner, userId: '2', role: 'billing' })).toBe(customer);
    expect(await people.resolve({ id: '7' })).not.toBe(customer);
  });

  it('Accounts v2: a known account is found without a call', async () => {
    const column = prismaColumn('dora');
    await column.change('dora', null, 'acct_Dora');
    const user = { id: 'dora', name: 'Dora', email: 'dora@example.com' };
    expect(await accountOf(stripe, 'test', column)(user)).toEqual({ customerAccount: 'acct_Dora' });
    expect(emulator.requests).toEqual([]);
  });

  it('Accounts v2: a new user has one account, however often it is asked for, and it is a customer', async () => {
    const resolve = accountOf(stripe, 'test', prismaColumn('dora'));
    const user = { id: 'dora', name: 'Dora', email: 'dora@example.com' };
    const [first, second] = [await resolve(user), await resolve(user)];
    expect(second).toEqual(first);
    expect([...emulator.customers.values()]).toMatchObject([
      { customerAccount: first.customerAccount, name: 'Dora', email: 'dora@example.com' },
    ]);
  });
});

describe('who may act for an organisation', () => {
  const session: SignedIn = { userId: '1', activeOrganisationId: '7' };
  const request = {} as Parameters<ReturnType<typeof memberOf>>[0];
  it.each([
    ['an owner', session, 'owner', true],
    ['billing', session, 'billing', true],
    ['a plain member', session, 'member', false],
    ['whoever left', session, undefined, false],
    ['nobody', undefined, 'owner', false],
  ] as const)('%s', async (_who, given, role, allowed) => {
    const authenticate = memberOf(
      () => given,
      async (userId, organisationId) => role && { userId, organisationId, role },
    );
    expect((await authenticate(request)) !== undefined).toBe(allowed);
  });
});
