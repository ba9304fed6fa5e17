import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { startPostgres } from '../../examples/cluster/servers/postgres.js';
import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { startRedis } from '../../examples/cluster/servers/redis.js';
import { postgresStore } from '../../src/customers/postgres.js';
import { redisStore } from '../../src/customers/redis.js';
import { memoryStore } from '../../src/customers/store.js';
import { customerStoreContract } from '../../src/testing/store-contract.js';
import { describeWith } from './support/describe-with.js';

customerStoreContract('memory', memoryStore);

it('postgresStore passes on PGlite, and the contract runs under node:test', async () => {
  const suite = join(__dirname, 'support', 'pglite-suite.ts');
  const run = promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    '--test',
    '--test-reporter=tap',
    suite,
  ]);
  const { stdout } = await run.catch((failed: { stdout: string }) => failed);
  expect(stdout).toMatch(/^# fail 0$/m);
  expect(Number(stdout.match(/^# pass (\d+)$/m)?.[1])).toBeGreaterThan(30);
}, 60_000);

// A pool without this listener throws when the server ends an idle connection.
function openPool(connectionString: string): Pool {
  return new Pool({ connectionString }).on('error', () => undefined);
}

describeWith(['postgres'], 'postgresStore on a Postgres server', () => {
  let server: ServerProcess;
  let pool: Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = openPool(server.url);
    await postgresStore(pool).ensureSchema();
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  customerStoreContract('pg Pool', () => postgresStore(pool));

  it('creates the table from 20 connections at once', async () => {
    const store = postgresStore(pool, { table: 'made_at_once' });
    const pools = Array.from({ length: 20 }, () => openPool(server.url));
    await Promise.all(pools.map((each) => each.query('SELECT 1')));
    await Promise.all(pools.map((each) => postgresStore(each, { table: 'made_at_once' }).ensureSchema()));
    await Promise.all(pools.map((each) => each.end()));
    expect(await store.get('test', 'ada')).toBeUndefined();
  });

  // A claim that names one index fails here about once in 170 times.
  it('D3 claims of the same customers by 8 processes at once all win', async () => {
    const pools = Array.from({ length: 8 }, () => openPool(server.url));
    const stores = pools.map((each) => postgresStore(each));
    const scope = 'claims at once';
    for (let round = 0; round < 50; round += 1) {
      const customers = Array.from({ length: 20 }, (_, index) => `cus_${round}x${index}`);
      const claims = customers.map((customer) =>
        Promise.all(stores.map(async (store) => store.claim(scope, `user of ${customer}`, customer))),
      );
      expect(await Promise.all(claims)).toEqual(customers.map((customer) => stores.map(() => customer)));
    }
    await Promise.all(pools.map((each) => each.end()));
  });
});

describeWith(['redis-server'], 'redisStore on a Redis server', () => {
  let server: ServerProcess;
  let nodeRedis: ReturnType<typeof createClient>;
  let ioRedis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    nodeRedis = createClient({ url: server.url });
    await nodeRedis.connect();
    ioRedis = new Redis(server.url);
  });
  afterAll(async () => {
    nodeRedis.destroy();
    ioRedis.disconnect();
    await server.stop();
  });

  customerStoreContract('node-redis', () => redisStore(nodeRedis));
  customerStoreContract('ioredis', () => redisStore(ioRedis, { prefix: 'other:' }));

  it('finds with one client what the other wrote', async () => {
    await redisStore(nodeRedis).claim('test', 'ada', 'cus_1');
    expect(await redisStore(ioRedis).get('test', 'ada')).toBe('cus_1');
    expect(await nodeRedis.keys('stripe-customer:test:*')).toEqual(['stripe-customer:test:ada']);
    expect(await nodeRedis.ttl('stripe-customer:test:ada')).toBe(-1);
  });

  it('rejects on a key that holds something else, and never says "none"', async () => {
    await nodeRedis.lPush('stripe-customer:test:list', 'x');
    await expect(redisStore(nodeRedis).get('test', 'list')).rejects.toThrow(/WRONGTYPE/);
    await expect(redisStore(ioRedis).claim('test', 'list', 'cus_1')).rejects.toThrow(/WRONGTYPE/);
  });
});

describe('what is no client', () => {
  it.each([
    ['postgresStore', undefined, () => postgresStore(undefined as never)],
    ['postgresStore', 'a table with a quote', () => postgresStore(new Pool(), { table: 'a"b' })],
    ['postgresStore', 'an unknown option', () => postgresStore(new Pool(), { tabel: 'a' } as never)],
    ['redisStore', undefined, () => redisStore(undefined as never)],
    ['redisStore', 'a client without eval', () => redisStore({ get: async () => null } as never)],
    [
      'redisStore',
      'a prefix of another type',
      () => redisStore(new Redis({ lazyConnect: true }), { prefix: 1 as never }),
    ],
  ])('%s refuses %s at construction', (_name, _what, construct) => {
    expect(construct).toThrow(TypeError);
  });
});
