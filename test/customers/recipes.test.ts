import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { knex } from 'knex';
import { Pool } from 'pg';
import { startPostgres } from '../../examples/cluster/servers/postgres.js';
import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { accountsDirectory } from '../../examples/recipes/accounts-v2.js';
import { connectedCustomers } from '../../examples/recipes/connect.js';
import { memberOf, organisationDirectory, type SignedIn } from '../../examples/recipes/organisations.js';
import { type UsersTable, usersColumnStore } from '../../examples/recipes/users-column.js';
import { usersByDrizzle } from '../../examples/recipes/users-column-drizzle.js';
import { usersByKnex } from '../../examples/recipes/users-column-knex.js';
import { usersByPg } from '../../examples/recipes/users-column-pg.js';
import { type UsersPrisma, usersByPrisma } from '../../examples/recipes/users-column-prisma.js';
import { postgresSchema } from '../../src/customers/postgres.js';
import { createStripe, customerDirectory, memoryStore } from '../../src/index.js';
import { customerStoreContract, type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { describeWith } from './support/describe-with.js';

const COLUMNS =
  'CREATE TABLE users (id text COLLATE "C" PRIMARY KEY, stripe_customer_id text UNIQUE, stripe_creation_key text)';

/** Prisma's client needs a generated one: this does with a table in memory what the part that is used does. */
function prismaOver(userIds: readonly string[]): UsersPrisma {
  type Row = { id: string; stripeCustomerId: string | null; stripeCreationKey: string | null };
  const rows = userIds.map((id): Row => ({ id, stripeCustomerId: null, stripeCreationKey: null }));
  return {
    user: {
      findUnique: async ({ where }) => rows.find(({ id }) => id === where.id) ?? null,
      updateMany: async ({ where, data }) => {
        const fitting = rows.filter((row) =>
          Object.entries(where).every(([name, value]) => row[name as keyof Row] === value),
        );
        const taken = rows.some(
          (row) =>
            !fitting.includes(row) &&
            row.stripeCustomerId !== null &&
            row.stripeCustomerId === data.stripeCustomerId,
        );
        if (taken && fitting.length > 0) throw new Error('Unique constraint failed on stripeCustomerId');
        for (const row of fitting) Object.assign(row, data);
        return { count: fitting.length };
      },
    },
  };
}

it('the documents print the table as it is made', () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'recipes', 'directory.md'), 'utf8');
  expect(page).toContain(`\n${postgresSchema}\n`);
});

customerStoreContract(
  'the users table by Prisma',
  ({ scope, userIds }) => usersColumnStore(scope, usersByPrisma(prismaOver(userIds))),
  { oneScope: true },
);

describeWith(['postgres'], 'the users table on a Postgres server', () => {
  let server: ServerProcess;
  let pool: Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new Pool({ connectionString: server.url }).on('error', () => undefined);
    await pool.query(COLUMNS);
  });
  afterAll(async () => {
    await byKnex.destroy();
    await pool.end();
    await server.stop();
  });
  const byKnex = knex({ client: 'pg', connection: async () => ({ connectionString: server.url }) });
  const builders: [string, () => UsersTable][] = [
    ['pg', () => usersByPg(pool)],
    ['Knex', () => usersByKnex(byKnex)],
    ['Drizzle', () => usersByDrizzle(drizzle(pool))],
  ];
  for (const [name, usersBy] of builders) {
    customerStoreContract(
      `the users table by ${name}`,
      async ({ scope, userIds }) => {
        for (const id of userIds) {
          await pool.query(
            'INSERT INTO users VALUES ($1) ON CONFLICT (id) DO UPDATE SET stripe_customer_id = NULL, stripe_creation_key = NULL',
            [id],
          );
        }
        return usersColumnStore(scope, usersBy());
      },
      { oneScope: true },
    );
  }
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
    const store = usersColumnStore('test', usersByPrisma(prismaOver(['dora'])));
    const directory = customerDirectory({ stripe, store, userId: (user: { id: string }) => user.id });
    await expect(directory.resolve({ id: 'nobody' })).rejects.toMatchObject({ reason: 'store_get' });
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

  it('Accounts v2: found or created by the rules of the directory, key written ahead', async () => {
    const store = { ...memoryStore(), volatile: false };
    const dora = { id: 'dora', name: 'Dora', email: 'dora@example.com' };
    const doomed = { ...store, claim: () => Promise.reject(new Error('killed')) };
    await expect(accountsDirectory(stripe, doomed, 'test').resolve(dora)).rejects.toMatchObject({
      reason: 'store_claim',
    });
    const [first] = emulator.requests;
    expect(await store.get('test', 'dora')).toEqual({ creationKey: first?.idempotencyKey });

    const account = await accountsDirectory(stripe, store, 'test').resolve(dora);
    expect(account).toMatch(/^acct_/);
    expect(await accountsDirectory(stripe, store, 'test').resolve(dora)).toBe(account);
    expect(emulator.requests.map(({ route, idempotencyKey }) => ({ route, idempotencyKey }))).toEqual([
      { route: 'POST /v2/core/accounts', idempotencyKey: first?.idempotencyKey },
      { route: 'POST /v2/core/accounts', idempotencyKey: first?.idempotencyKey },
    ]);
    // One account, with one customer behind it.
    expect(emulator.customers.size).toBe(1);
    expect([...emulator.customers.values()][0]).toMatchObject({ customerAccount: account, name: 'Dora' });
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
