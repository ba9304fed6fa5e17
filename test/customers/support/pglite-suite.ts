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

  void it('refuses to give one customer to two users', async () => {
    const store = postgresStore(database);
    await store.claim('shared', 'ada', 'cus_shared');
    await rejects(async () => store.claim('shared', 'bob', 'cus_shared'), /unique/);
    equal(await store.get('shared', 'bob'), undefined);
  });

  void it('rejects where there is no table, and never says "none"', async () => {
    await rejects(async () => postgresStore(database, { table: 'nowhere' }).get('test', 'ada'), /nowhere/);
  });
});
