import { freePort, type ServerProcess } from '../../examples/cluster/servers/processes.js';
import { startRedis } from '../../examples/cluster/servers/redis.js';
import { describeWith } from '../customers/support/describe-with.js';
import { until } from '../support/until.js';
import { LIMIT, type LimitedHost, startLimitedHost } from './support/limited-host.js';
import { type Driver, redisCli } from './support/redis-client.js';

describeWith(['redis-server'], "H8 guardedStore in express-rate-limit's own middleware", () => {
  let port: number;
  let redis: ServerProcess | undefined;
  let host: LimitedHost;
  const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

  beforeEach(async () => {
    port = await freePort();
  });
  afterEach(async () => {
    await host.close();
    await redis?.kill();
    redis = undefined;
  });
  afterAll(() => emitWarning.mockRestore());

  const boot = async (driver?: Driver) => {
    redis = await startRedis({ port });
    host = await startLimitedHost(redis.url, driver === undefined ? {} : { driver });
    expect(await host.passes('ada', 4)).toBe(4);
  };
  const states = () => host.events.map(({ state }) => state);
  const inRedis = async (key: string) => Number(await redisCli(port, ['GET', `rl:${key}`]));

  // `bob` comes during the outage only, so all his hits are owed; the limit holds for `ada` all the while.
  async function expectLocalLimits(passedBefore: number): Promise<void> {
    expect(await host.passes('ada', 30)).toBe(LIMIT - passedBefore);
    await until(() => states().length > 0);
    expect(states()).toEqual(['local']);
    expect(await host.passes('bob', 3)).toBe(3);
  }
  async function expectSharedLimits(): Promise<void> {
    await until(() => states().at(-1) === 'shared');
    expect(states()).toEqual(['local', 'shared']);
    await until(async () => (await inRedis('bob')) >= 3);
    expect(await host.passes('bob', LIMIT)).toBe(LIMIT - 3);
    expect(await host.passes('ada', 3)).toBe(0);
    expect(await inRedis('bob')).toBe(3 + LIMIT);
  }

  // Without a queue rate-limit-redis keeps the rejected SCRIPT LOAD for ever: it has to be made anew.
  it.each(['node-redis', 'node-redis without a queue', 'ioredis'] as const)(
    'down at boot, over %s',
    async (driver) => {
      host = await startLimitedHost(`redis://127.0.0.1:${port}`, { driver });
      await expectLocalLimits(0);
      redis = await startRedis({ port });
      await expectSharedLimits();
    },
  );

  it.each(['node-redis', 'node-redis without a queue', 'ioredis'] as const)(
    'killed, and restarted without its counts, over %s',
    async (driver) => {
      await boot(driver);
      await redis?.kill();
      await expectLocalLimits(4);
      redis = await startRedis({ port });
      await expectSharedLimits();
    },
  );

  it('frozen', async () => {
    await boot();
    redis?.freeze();
    await expectLocalLimits(4);
    expect(host.events[0]).toEqual({ state: 'local', reason: 'timeout' });
    redis?.thaw();
    await expectSharedLimits();
  });

  it('SCRIPT FLUSH goes unnoticed', async () => {
    await boot();
    await redisCli(port, ['SCRIPT', 'FLUSH']);
    expect(await host.passes('ada', 30)).toBe(LIMIT - 4);
    expect(await inRedis('ada')).toBe(34);
    expect(states()).toEqual([]);
  });

  it('out of memory', async () => {
    await boot();
    await redisCli(
      port,
      ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
      ['CONFIG', 'SET', 'maxmemory', '1'],
    );
    await expectLocalLimits(4);
    expect(host.events[0]).toMatchObject({
      reason: 'failed',
      error: { message: expect.stringContaining('OOM') },
    });
    await redisCli(port, ['CONFIG', 'SET', 'maxmemory', '0']);
    await expectSharedLimits();
  });

  it('failed over to a read-only replica', async () => {
    await boot();
    await redisCli(port, ['REPLICAOF', '127.0.0.1', '1']);
    await expectLocalLimits(4);
    expect(host.events[0]).toMatchObject({ error: { message: expect.stringContaining('READONLY') } });
    await redisCli(port, ['REPLICAOF', 'NO', 'ONE']);
    await expectSharedLimits();
  });

  it("one customer's key is corrupt: that customer is limited here, the others in Redis", async () => {
    await boot();
    await redisCli(port, ['DEL', 'rl:ada'], ['RPUSH', 'rl:ada', 'x'], ['EXPIRE', 'rl:ada', '600']);
    for (let turn = 0; turn < 5; turn += 1) await host.passes('ada', 1);
    expect(await host.passes('ada', 10)).toBe(1);
    expect(await host.passes('bob', 3)).toBe(3);
    expect(await inRedis('bob')).toBe(3);
    expect(states()).toEqual([]);
  });

  it.each(['node-redis', 'ioredis'] as const)('over %s, windows end and begin', async (driver) => {
    redis = await startRedis({ port });
    host = await startLimitedHost(redis.url, { driver, windowMs: 500 });
    for (let window = 0; window < 3; window += 1) {
      await until(async () => (await host.passes('ada', LIMIT)) === 0);
      await until(async () => (await host.passes('ada', 1)) === 1);
    }
    expect(states()).toEqual([]);
  });
});
