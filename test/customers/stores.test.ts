import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Cluster, Redis } from 'ioredis';
import { Pool } from 'pg';
import { createClient, createCluster } from 'redis';
import { startPostgres } from '../../examples/cluster/servers/postgres.js';
import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { startRedis } from '../../examples/cluster/servers/redis.js';
import { postgresStore } from '../../src/customers/postgres.js';
import { redisStore } from '../../src/customers/redis.js';
import { customerStoreContract } from '../../src/testing/store-contract.js';
import { until } from '../support/until.js';
import { describeWith } from './support/describe-with.js';

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
  expect(Number(stdout.match(/^# pass (\d+)$/m)?.[1])).toBeGreaterThan(20);
}, 240_000);

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

  // One insert in about 170 meets its rival on the index of customers first.
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
  const prefix = 'shop:';
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

  customerStoreContract('node-redis', () => redisStore(nodeRedis, { prefix }));
  customerStoreContract('ioredis', () => redisStore(ioRedis, { prefix }));

  it('finds with one client what the other wrote, under keys that never expire', async () => {
    await redisStore(nodeRedis, { prefix: 'apart:' }).claim('test: a', 'ada', 'cus_1');
    await redisStore(nodeRedis, { prefix: 'apart:' }).begin('test: a', 'bob', 'key-1');
    expect(await redisStore(ioRedis, { prefix: 'apart:' }).get('test: a', 'ada')).toEqual({
      customer: 'cus_1',
    });
    const keys = await nodeRedis.keys('apart:*');
    const base = 'apart:{test%3A%20a}';
    expect(keys.sort()).toEqual([`${base}:c:cus_1`, `${base}:u:ada`, `${base}:u:bob`]);
    expect(await Promise.all(keys.map((key) => nodeRedis.ttl(key)))).toEqual([-1, -1, -1]);
  });

  it('D7 two apps with prefixes of their own share nothing', async () => {
    const [one, other] = ['one:', 'other:'].map((own) => redisStore(nodeRedis, { prefix: own }));
    await one?.claim('live', '7', 'cus_7');
    expect(await other?.get('live', '7')).toEqual({});
    expect(await other?.claim('live', '8', 'cus_7')).toBe('cus_7');
  });

  it('rejects on a key that holds something else, and never says "none"', async () => {
    await nodeRedis.lPush('shop:{test}:u:list', 'x');
    await expect(redisStore(nodeRedis, { prefix }).get('test', 'list')).rejects.toThrow(/WRONGTYPE/);
    await expect(redisStore(ioRedis, { prefix }).claim('test', 'list', 'cus_1')).rejects.toThrow(/WRONGTYPE/);
  });
});

describeWith(['redis-server'], 'redisStore on a Redis cluster', () => {
  const prefix = 'shop:';
  let server: ServerProcess;
  let nodeRedis: ReturnType<typeof createCluster>;
  let ioRedis: Cluster;
  beforeAll(async () => {
    server = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] });
    const client = createClient({ url: server.url });
    await client.connect();
    await client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383']);
    await until(async () =>
      JSON.stringify(await client.sendCommand(['CLUSTER', 'INFO'])).includes('cluster_state:ok'),
    );
    client.destroy();
    nodeRedis = createCluster({ rootNodes: [{ url: server.url }] });
    await nodeRedis.connect();
    ioRedis = new Cluster([server.url]);
  });
  afterAll(async () => {
    nodeRedis.destroy();
    ioRedis.disconnect();
    await server.stop();
  });

  customerStoreContract('a cluster of node-redis', () => redisStore(nodeRedis, { prefix }));
  customerStoreContract('a cluster of ioredis', () => redisStore(ioRedis, { prefix }));
});

describe('what is no client', () => {
  it.each([
    ['postgresStore', undefined, () => postgresStore(undefined as never)],
    ['postgresStore', 'a table with a quote', () => postgresStore(new Pool(), { table: 'a"b' })],
    ['postgresStore', 'an unknown option', () => postgresStore(new Pool(), { tabel: 'a' } as never)],
    ['postgresStore', 'a table that is no string', () => postgresStore(new Pool(), { table: null } as never)],
    ['redisStore', undefined, () => redisStore(undefined as never, { prefix: 'shop:' })],
    ['redisStore', 'a client without eval', () => redisStore({} as never, { prefix: 'shop:' })],
  ])('%s refuses %s at construction', (_name, _what, construct) => {
    expect(construct).toThrow(TypeError);
  });

  it.each([
    undefined,
    null,
    {},
    { prefix: '' },
    { prefix: 1 },
    { prefix: 'shop:{live}:' },
    { prefx: 'shop:' },
  ])('D7 redisStore refuses the options %p, and says what a prefix is for', (options) => {
    const client = { eval: async () => null };
    expect(() => redisStore(client, options as never)).toThrow(TypeError);
    expect(() => redisStore(client, options as never)).toThrow(/prefix/);
  });
});
