// Run by node:test, in a process of its own (see ../stores.test.ts): PGlite imports modules in a way that jest's
// sandbox refuses. It also shows the contract under another runner.
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { postgresSchema, postgresStore } from '../../../src/customers/postgres.js';
import { customerStoreContract } from '../../../src/testing/store-contract.js';

void describe('postgresStore on PGlite', () => {
  const database = new PGlite();
  before(() => postgresStore(database).ensureSchema());
  after(() => database.close());

  customerStoreContract('PGlite', () => postgresStore(database), { describe, it });

  void it('runs the statement that it exports', async () => {
    equal(postgresStore(database).schema, postgresSchema);
    await database.query(postgresSchema);
  });

  void it('takes a table of another name and schema', async () => {
    await database.query('CREATE SCHEMA billing');
    const store = postgresStore(database, { table: 'billing.Customers_2' });
    await store.ensureSchema();
    await store.ensureSchema();
    equal(await store.claim('test', 'ada', 'cus_1'), 'cus_1');
    const { rows } = await database.query('SELECT user_id, customer_id FROM billing."Customers_2"');
    deepEqual(rows, [{ user_id: 'ada', customer_id: 'cus_1' }]);
  });

  void it('D10 refuses to give one customer to two users, and says so', async () => {
    const store = postgresStore(database);
    await store.claim('shared', 'ada', 'cus_shared');
    await rejects(async () => store.claim('shared', 'bob', 'cus_shared'), /belongs to one user/);
    await store.claim('shared', 'bob', 'cus_bob');
    await rejects(async () => store.replace('shared', 'bob', 'cus_bob', 'cus_shared'), /belongs to one user/);
  });

  void it('names the statement that a table of version 0.1 needs, and is content once it was run', async () => {
    await database.query(`CREATE TABLE of_0_1 (scope text NOT NULL, user_id text NOT NULL, customer_id text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (scope, user_id), UNIQUE (scope, customer_id))`);
    await database.query("INSERT INTO of_0_1 VALUES ('test', 'ada', 'cus_1')");
    const store = postgresStore(database, { table: 'of_0_1' });
    const statement =
      'ALTER TABLE "of_0_1" ADD COLUMN creation_key text COLLATE "C", ALTER COLUMN customer_id DROP NOT NULL';
    await rejects(store.ensureSchema(), (error: Error) => error.message.endsWith(statement));
    await database.query(statement);
    await store.ensureSchema();
    equal((await store.get('test', 'ada'))?.customer, 'cus_1');
    equal((await store.begin('test', 'bob', 'key-1')).creationKey, 'key-1');
  });

  void it('D10 refuses a table that would let two users have one customer', async () => {
    await database.query(postgresSchema.replace('"stripe_customers"', 'by_hand').replace(/,\s*UNIQUE.*/, ''));
    const store = postgresStore(database, { table: 'by_hand' });
    await rejects(store.ensureSchema(), /ALTER TABLE "by_hand" ADD UNIQUE \(scope, customer_id\)$/);
    await database.query('ALTER TABLE by_hand ADD UNIQUE (scope, customer_id)');
    await store.ensureSchema();
  });

  void it('rejects where there is no table, and never says "none"', async () => {
    await rejects(async () => postgresStore(database, { table: 'nowhere' }).get('test', 'ada'), /nowhere/);
  });
});
