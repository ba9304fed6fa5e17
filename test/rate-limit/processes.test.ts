import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { startRedis } from '../../examples/cluster/servers/redis.js';
import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { describeWith } from '../customers/support/describe-with.js';
import { type HostProcess, startHostProcess, stripeOf } from '../customers/support/processes.js';

const PROCESSES = 4;
const LIMIT = 50;

describeWith(['redis-server'], 'H8 four processes, 400 concurrent requests of one customer, limit 50', () => {
  let rows: ServerProcess;
  let redis: ServerProcess;
  let emulator: StripeEmulator;
  let hosts: HostProcess[];
  beforeAll(async () => {
    [rows, redis, emulator] = await Promise.all([startRedis(), startRedis(), startStripeEmulator()]);
    const settings = {
      storeUrl: rows.url,
      stripe: stripeOf(emulator),
      limiter: { url: redis.url, limit: LIMIT },
    };
    hosts = await Promise.all(Array.from({ length: PROCESSES }, () => startHostProcess(settings)));
  }, 60_000);
  afterAll(async () => {
    await Promise.all(hosts.map((host) => host.kill()));
    await Promise.all([rows.kill(), redis.kill(), emulator.close()]);
  });

  // How many of each process's share got this status.
  const post400 = async (user: string) => {
    const answers = await Promise.all(
      hosts.map((host) => Promise.all(Array.from({ length: 400 / PROCESSES }, () => host.post(user)))),
    );
    return (status: number) => answers.map((ofOne) => ofOne.filter((each) => each.status === status).length);
  };
  const sum = (counts: number[]) => counts.reduce((total, each) => total + each, 0);

  it('healthy: exactly 50 get a session, 350 a 429', async () => {
    const having = await post400('dora');
    expect([sum(having(200)), sum(having(429))]).toEqual([LIMIT, 400 - LIMIT]);
  });

  it('Redis frozen: exactly 50 in each process, the one before the freeze included', async () => {
    await Promise.all(hosts.map((host) => host.post('emil')));
    redis.freeze();
    const having = await post400('emil');
    expect(having(200)).toEqual(hosts.map(() => LIMIT - 1));
    expect(having(429)).toEqual(hosts.map(() => 100 - (LIMIT - 1)));
  });
});
