import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { startRedis } from '../../examples/cluster/servers/redis.js';
import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { describeWith } from '../customers/support/describe-with.js';
import { until } from '../support/until.js';
import { type Gate, startGate } from './support/gate.js';
import { type LimitedProcesses, startLimitedProcesses } from './support/limited-processes.js';
import { type Driver, redisCli } from './support/redis-client.js';

const DRIVERS: Driver[] = ['node-redis', 'node-redis without a queue', 'ioredis', 'node-redis'];
const LIMIT = 30;
const AT_MOST = LIMIT * DRIVERS.length;

describeWith(['redis-server'], 'H8 four processes, one Redis, a limit of 30 sessions', () => {
  let redis: ServerProcess;
  let emulator: StripeEmulator;
  let gate: Gate;
  let processes: LimitedProcesses;
  /** How many of the requests got a session that came before any client was connected, and how many of those right after. */
  let early: [before: number, after: number];
  beforeAll(async () => {
    [redis, emulator] = await Promise.all([startRedis(), startStripeEmulator()]);
    gate = await startGate(redis.port);
    const url = `redis://127.0.0.1:${gate.port}`;
    processes = await startLimitedProcesses(DRIVERS, url, emulator, LIMIT);
    const waiting = total('early', 25);
    await until(() => processes.arrived() === 100);
    gate.open();
    early = [await waiting, await total('early', 5)];
  });
  afterAll(async () => {
    await processes.kill();
    await Promise.all([redis.kill(), emulator.close(), gate.close()]);
  });

  // The sessions of a customer that the processes gave, of `each` requests to each of them.
  async function sessions(user: string, each: number): Promise<number[]> {
    const id = `cus_${user}`;
    if (!emulator.customers.has(id)) emulator.addCustomer({ id });
    return processes.sessions(user, each);
  }
  async function total(user: string, each: number): Promise<number> {
    return (await sessions(user, each)).reduce((sum, ofOne) => sum + ofOne, 0);
  }
  async function inRedis(user: string): Promise<number> {
    const [key = ''] = (await redisCli(redis.port, ['KEYS', `*:cus_${user}`])) as string[];
    return Number(await redisCli(redis.port, ['GET', key]));
  }

  it('start-up: those that come before the clients are connected are counted together', () => {
    expect(early).toEqual([LIMIT, 0]);
  });

  it('healthy, and through a SCRIPT FLUSH: exactly the limit', async () => {
    expect(await total('flush', 5)).toBe(20);
    await redisCli(redis.port, ['SCRIPT', 'FLUSH']);
    expect(await total('flush', 25)).toBe(LIMIT - 20);
  });

  it('Redis frozen: the limit in each process, and afterwards one for all of them again', async () => {
    expect(await total('before', 5)).toBe(20);
    redis.freeze();
    const during = await total('before', 25);
    await processes.allAre('local');
    expect(await sessions('plenty', 40)).toEqual([LIMIT, LIMIT, LIMIT, LIMIT]);
    expect(await sessions('few', 4)).toEqual([4, 4, 4, 4]);
    redis.thaw();
    await processes.allAre('shared');
    await until(async () => (await inRedis('plenty')) >= AT_MOST && (await inRedis('few')) >= 16);
    expect(await total('plenty', 10)).toBe(0);
    expect(await total('few', 25)).toBe(LIMIT - 16);
    expect(20 + during + (await total('before', 10))).toBeLessThanOrEqual(AT_MOST);
  });

  it('Redis restarted without its counts: the same', async () => {
    const { port } = redis;
    expect(await total('past', 5)).toBe(20);
    await redis.kill();
    const during = await total('past', 25);
    await processes.allAre('local');
    expect(await sessions('many', 40)).toEqual([LIMIT, LIMIT, LIMIT, LIMIT]);
    expect(await sessions('some', 4)).toEqual([4, 4, 4, 4]);
    redis = await startRedis({ port });
    await processes.allAre('shared');
    await until(async () => (await inRedis('many')) >= AT_MOST && (await inRedis('some')) >= 16);
    expect(await total('many', 10)).toBe(0);
    expect(await total('some', 25)).toBe(LIMIT - 16);
    expect(20 + during + (await total('past', 10))).toBeLessThanOrEqual(AT_MOST);
  });
});
