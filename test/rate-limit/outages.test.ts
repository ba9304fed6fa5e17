import { createClient } from 'redis';
import { freePort, type ServerProcess } from '../../examples/cluster/servers/processes.js';
import { startRedis } from '../../examples/cluster/servers/redis.js';
import { describeWith } from '../customers/support/describe-with.js';
import { LIMIT, type LimitedHost, startLimitedHost, type Timed } from './support/limited-host.js';

// Long enough that a busy machine is not taken for a wait.
const TIMEOUT_MS = 1_000;

describeWith(['redis-server'], 'guardedStore over rate-limit-redis through an outage of Redis', () => {
  let port: number;
  let redis: ServerProcess | undefined;
  let host: LimitedHost;
  const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

  beforeEach(async () => {
    port = await freePort();
    emitWarning.mockClear();
  });
  afterEach(async () => {
    await host.close();
    await redis?.kill();
    redis = undefined;
  });
  afterAll(() => emitWarning.mockRestore());

  const boot = async () => {
    redis = await startRedis({ port });
    host = await startLimitedHost(redis.url, { timeoutMs: TIMEOUT_MS });
    await host.drive(inRedis('other-0'));
  };
  const admin = async (...commands: string[][]) => {
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    await client.connect();
    for (const command of commands) await client.sendCommand(command);
    client.destroy();
  };
  // Whether Redis holds a count of this key, or of a key that came later.
  const inRedis = (key: string) => async () => {
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    await client.connect();
    const held = await client.exists(`rl:${key}`);
    client.destroy();
    return held === 1;
  };
  const state = () => host.events.map((event) => event.state);
  const isLocal = () => state().at(-1) === 'local';
  const isShared = () => state().at(-1) === 'shared';

  // Drives until the store is in use again, and tells how long that took: the goal is 5 s.
  async function recovered(): Promise<void> {
    const startedAt = performance.now();
    await host.drive(isShared);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    process.stdout.write(`${expect.getState().currentTestName}: in use again after ${seconds} s\n`);
    expect(state()).toEqual(['local', 'shared']);
    const fresh = `fresh-${Date.now()}`;
    await host.post(fresh);
    expect(await inRedis(fresh)()).toBe(true);
  }

  // A call that the store left unanswered.
  const isDelayed = ({ ms }: Timed) => ms > TIMEOUT_MS * 0.75;

  // What holds through all of them; what was added to the slowest requests is told.
  function expectLimitAndSpeed(): void {
    const slowest = host.answers.map(({ ms }) => Math.round(ms)).sort((a, b) => b - a);
    process.stdout.write(
      `slowest, with a time-out of ${TIMEOUT_MS} ms: ${slowest.slice(0, 3).join(', ')} ms\n`,
    );
    const let_through = host.answers.filter(({ key, status }) => key === 'ada' && status === 200);
    expect(let_through.length).toBe(LIMIT);
    expect(host.answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
    expect(host.answers.filter(({ ms }) => ms > TIMEOUT_MS * 3)).toEqual([]);
    expect(host.answers.filter(isDelayed).length).toBeLessThanOrEqual(2);
    const codes = emitWarning.mock.calls.map(([, options]) => Object(options).code);
    expect(codes).toEqual(state().map((each) => `ESCS_LIMITER_${each.toUpperCase()}`));
  }

  // Without a queue rate-limit-redis keeps the rejected SCRIPT LOAD for ever: it has to be made anew.
  it.each(['node-redis', 'node-redis without a queue', 'ioredis'] as const)(
    'down at boot, over %s',
    async (driver) => {
      host = await startLimitedHost(`redis://127.0.0.1:${port}`, { driver, timeoutMs: TIMEOUT_MS });
      await host.drive(isLocal);
      redis = await startRedis({ port });
      await recovered();
      expectLimitAndSpeed();
    },
  );

  it('killed, and restarted without its counts', async () => {
    await boot();
    await redis?.kill();
    await host.drive(isLocal);
    redis = await startRedis({ port });
    await recovered();
    expectLimitAndSpeed();
  });

  it('restarted at once', async () => {
    await boot();
    await redis?.kill();
    redis = await startRedis({ port });
    await host.drive(inRedis('other-20'));
    expect(await inRedis('other-20')()).toBe(true);
    expectLimitAndSpeed();
  });

  it('frozen', async () => {
    await boot();
    redis?.freeze();
    await host.drive(isLocal);
    expect(host.events[0]).toEqual({ state: 'local', reason: 'timeout' });
    redis?.thaw();
    await recovered();
    expectLimitAndSpeed();
  });

  it('frozen under a burst of 200 requests at once: two of them wait for the time-out', async () => {
    redis = await startRedis({ port });
    // Whoever is let go early waits for 1 s at most.
    host = await startLimitedHost(redis.url, { timeoutMs: 4_000 });
    const burst = () =>
      Promise.all(Array.from({ length: 200 }, (_, n) => host.post(n % 2 ? 'ada' : `burst-${n}`)));
    await burst();
    redis.freeze();
    const waits = (await burst()).map(({ wallMs }) => wallMs);
    expect(waits.filter((ms) => ms > 3_900)).toHaveLength(2);
    expect(host.answers.filter(({ key, status }) => key === 'ada' && status === 200)).toHaveLength(LIMIT);
  });

  it('SCRIPT FLUSH goes unnoticed', async () => {
    await boot();
    await admin(['SCRIPT', 'FLUSH']);
    await host.drive(inRedis('other-20'));
    expect(await inRedis('other-20')()).toBe(true);
    expect(state()).toEqual([]);
    expectLimitAndSpeed();
  });

  it('out of memory', async () => {
    await boot();
    await admin(['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'], ['CONFIG', 'SET', 'maxmemory', '1']);
    await host.drive(isLocal);
    expect(host.events[0]).toMatchObject({
      reason: 'failed',
      error: { message: expect.stringContaining('OOM') },
    });
    await admin(['CONFIG', 'SET', 'maxmemory', '0']);
    await recovered();
    expectLimitAndSpeed();
  });

  it("one customer's key is corrupt: that customer is limited here, the others in Redis", async () => {
    await boot();
    await admin(['DEL', 'rl:ada'], ['RPUSH', 'rl:ada', 'x'], ['EXPIRE', 'rl:ada', '60']);
    await host.drive(inRedis('other-20'));
    for (let turn = 0; turn < 10; turn += 1) await host.post('ada');
    await host.drive(inRedis('other-60'));
    expect(await inRedis('other-60')()).toBe(true);
    expect(state()).toEqual([]);
    expectLimitAndSpeed();
  });

  it('failed over to a read-only replica', async () => {
    await boot();
    await admin(['REPLICAOF', '127.0.0.1', '1']);
    await host.drive(isLocal);
    expect(host.events[0]).toMatchObject({ error: { message: expect.stringContaining('READONLY') } });
    await admin(['REPLICAOF', 'NO', 'ONE']);
    await recovered();
    expectLimitAndSpeed();
  });

  it('goes and comes: one warning and one event per change', async () => {
    await boot();
    for (let turn = 0; turn < 2; turn += 1) {
      redis?.freeze();
      await host.drive(isLocal);
      redis?.thaw();
      await host.drive(isShared);
    }
    expect(state()).toEqual(['local', 'shared', 'local', 'shared']);
    expect(emitWarning.mock.calls).toHaveLength(4);
  }, 60_000);
});
