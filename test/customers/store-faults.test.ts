import { EventEmitter, once } from 'node:events';
import { Client, Pool } from 'pg';
import { createClient } from 'redis';
import { startPostgres } from '../../examples/cluster/servers/postgres.js';
import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { startRedis } from '../../examples/cluster/servers/redis.js';
import { postgresStore } from '../../src/customers/postgres.js';
import { redisStore } from '../../src/customers/redis.js';
import { expectProblem } from '../support/call.js';
import { until } from '../support/until.js';
import { describeWith } from './support/describe-with.js';
import { customerIn, type DirectoryHost, startDirectoryHost } from './support/directory-host.js';

const DEADLINE_MS = 1_500;
const ignore = () => undefined;

let host: DirectoryHost;
// The emulator has ada from the start.
const customersMade = () => host.emulator.customers.size - 1;

async function expectTimeout(user: string): Promise<void> {
  expectProblem(await host.post(user), 504, 'timeout');
}

/** A client whose next creation has been answered by Stripe, and is held until `release`. */
function heldClient() {
  const held = new EventEmitter();
  const release = once(held, 'release');
  const create = async (params: object, options: object) => {
    const customer = await host.stripe.customers.create(params, options);
    held.emit('created');
    await release;
    return customer;
  };
  return {
    options: { scope: 'test', stripe: { customers: { create } } },
    created: once(held, 'created'),
    release: () => held.emit('release'),
  };
}

describeWith(['postgres'], 'a Postgres that fails', () => {
  let server: ServerProcess;
  let pool: Pool;
  const held = heldClient();
  const start = async (options = {}, deadlineMs = DEADLINE_MS) => {
    const store = postgresStore(pool);
    host = await startDirectoryHost({ store, ...options, host: { options: { deadlineMs } } });
  };
  beforeEach(async () => {
    server = await startPostgres();
    pool = new Pool({ connectionString: server.url }).on('error', ignore);
    await postgresStore(pool).ensureSchema();
  });
  afterEach(async () => {
    await host.close();
    await server.kill();
    await pool.end();
  });
  const admin = async (...statements: string[]) => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };

  it('D1 down: 500 internal_error, for known users too, and no customer', async () => {
    await start();
    customerIn(await host.post('emil'));
    await server.kill();
    for (const user of ['dora', 'emil']) expectProblem(await host.post(user), 500, 'internal_error');
    expect(customersMade()).toBe(1);
  });

  it('D1 frozen: 504 timeout at the deadline, no customer; thawed: one', async () => {
    await start();
    customerIn(await host.post('emil'));
    server.freeze();
    await Promise.all(['dora', 'dora', 'emil'].map(expectTimeout));
    expect(customersMade()).toBe(1);
    server.thaw();
    customerIn(await host.post('dora'));
    expect(customersMade()).toBe(2);
  });

  it('read-only: 500 internal_error, and Stripe is not asked; known users go on', async () => {
    await start();
    const emil = customerIn(await host.post('emil'));
    await admin('ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()');
    // Reloading takes a moment to reach the pool's sessions.
    await settles(async () => (await pool.query('SHOW transaction_read_only')).rows, 'on');
    for (let turn = 0; turn < 3; turn += 1) expectProblem(await host.post('dora'), 500, 'internal_error');
    expect(customerIn(await host.post('emil'))).toBe(emil);
    expect(customersMade()).toBe(1);
    await admin('ALTER SYSTEM RESET default_transaction_read_only', 'SELECT pg_reload_conf()');
    await settles(async () => (await pool.query('SHOW transaction_read_only')).rows, 'off');
    customerIn(await host.post('dora'));
    expect(customersMade()).toBe(2);
  });

  it('D5 a connection that is cut in the middle of the claim: 500 internal_error, then the same customer', async () => {
    await start(held.options, 60_000);
    const blocker = new Client({ connectionString: server.url }).on('error', ignore);
    const watcher = new Client({ connectionString: server.url }).on('error', ignore);
    await Promise.all([blocker.connect(), watcher.connect()]);
    const post = host.post('dora');
    await held.created;
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE stripe_customers IN SHARE ROW EXCLUSIVE MODE');
    held.release();
    const waiting = `FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT%'`;
    await settles(async () => (await watcher.query(`SELECT count(*) ${waiting}`)).rows, '1');
    await watcher.query(`SELECT pg_terminate_backend(pid) ${waiting}`);
    expectProblem(await post, 500, 'internal_error');
    await blocker.query('ROLLBACK');
    await Promise.all([blocker.end(), watcher.end()]);
    const customer = customerIn(await host.post('dora'));
    expect(customersMade()).toBe(1);
    expect(await host.store.get('test', 'dora')).toEqual({ customer });
  });
});

describeWith(['redis-server'], 'a Redis that fails', () => {
  let server: ServerProcess;
  let client: ReturnType<typeof createClient>;
  const held = heldClient();
  const start = async (options = {}, deadlineMs = DEADLINE_MS) => {
    const store = redisStore(client, { prefix: 'shop:' });
    host = await startDirectoryHost({ store, ...options, host: { options: { deadlineMs } } });
  };
  beforeEach(async () => {
    server = await startRedis();
    client = createClient({ url: server.url, disableOfflineQueue: true });
    client.on('error', ignore);
    await client.connect();
  });
  afterEach(async () => {
    await host.close();
    client.destroy();
    await server.kill();
  });

  it('D1 down: 500 internal_error, for known users too, and no customer', async () => {
    await start();
    customerIn(await host.post('emil'));
    await server.kill();
    for (const user of ['dora', 'emil']) expectProblem(await host.post(user), 500, 'internal_error');
    expect(customersMade()).toBe(1);
  });

  it('D1 frozen: 504 timeout at the deadline, no customer; thawed: one', async () => {
    await start();
    server.freeze();
    await Promise.all(['dora', 'dora', 'emil'].map(expectTimeout));
    expect(customersMade()).toBe(0);
    server.thaw();
    customerIn(await host.post('dora'));
    customerIn(await host.post('emil'));
    expect(customersMade()).toBe(2);
  });

  it('a read-only replica: 500 internal_error, and Stripe is not asked; known users go on', async () => {
    await start();
    const emil = customerIn(await host.post('emil'));
    await client.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
    for (let turn = 0; turn < 3; turn += 1) expectProblem(await host.post('dora'), 500, 'internal_error');
    expect(customerIn(await host.post('emil'))).toBe(emil);
    expect(customersMade()).toBe(1);
    await client.sendCommand(['REPLICAOF', 'NO', 'ONE']);
    customerIn(await host.post('dora'));
    expect(customersMade()).toBe(2);
  });

  it('D5 a connection that is cut in the middle of the claim: 500 internal_error, then the same customer', async () => {
    await start(held.options, 60_000);
    const admin = createClient({ url: server.url });
    await admin.connect();
    const post = host.post('dora');
    await held.created;
    await admin.sendCommand(['CLIENT', 'PAUSE', '60000', 'WRITE']);
    held.release();
    await settles(async () => admin.info('clients'), 'blocked_clients:1');
    await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
    expectProblem(await post, 500, 'internal_error');
    await admin.sendCommand(['CLIENT', 'UNPAUSE']);
    admin.destroy();
    await settles(async () => client.isReady, 'true');
    const customer = customerIn(await host.post('dora'));
    expect(customersMade()).toBe(1);
    expect(await host.store.get('test', 'dora')).toEqual({ customer });
  });

  it('that lost its rows: a second customer, which is why it must not', async () => {
    await start();
    const customer = customerIn(await host.post('dora'));
    await client.flushAll();
    expect(customerIn(await host.post('dora'))).not.toBe(customer);
    expect(customersMade()).toBe(2);
  });
});

// Waits until what `ask` gives holds `wanted`.
function settles(ask: () => Promise<unknown>, wanted: string): Promise<void> {
  return until(async () => JSON.stringify(await ask()).includes(wanted));
}
