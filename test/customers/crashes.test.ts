import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { describeWith } from './support/describe-with.js';
import type { HostProcessSettings } from './support/host-process.js';
import { type HostProcess, shuffled, startHostProcess, stripeOf } from './support/processes.js';
import { STORE_SERVERS } from './support/store-servers.js';

const CRASHES: [crashAt: NonNullable<HostProcessSettings['crashAt']>, customers: number, rows: number][] = [
  ['before create', 0, 0],
  ['after create, before claim', 1, 0],
  ['after claim, before the session', 1, 1],
];

for (const { name, start, rows } of STORE_SERVERS) {
  describeWith([name], `D5 a process that is killed, on ${name}`, () => {
    let store: ServerProcess;
    let emulator: StripeEmulator;
    const running: HostProcess[] = [];
    beforeEach(async () => {
      [store, emulator] = await Promise.all([start(), startStripeEmulator()]);
    });
    afterEach(async () => {
      await Promise.all(running.splice(0).map((host) => host.kill()));
      await Promise.all([store.stop(), emulator.close()]);
    });

    const startHost = async (crashAt?: HostProcessSettings['crashAt']) => {
      const settings = { storeUrl: store.url, stripe: stripeOf(emulator) };
      const host = await startHostProcess(crashAt === undefined ? settings : { ...settings, crashAt });
      running.push(host);
      return host;
    };

    it.each(CRASHES)(
      '%s: after the restart still one customer and one row',
      async (crashAt, customers, held) => {
        const doomed = await startHost(crashAt);
        await expect(doomed.post('dora')).rejects.toThrow();
        await doomed.exited;
        expect(doomed.child.signalCode).toBe('SIGKILL');
        expect([emulator.customers.size, (await rows(store.url)).size]).toEqual([customers, held]);

        const next = await startHost();
        const answer = await next.post('dora');
        expect(answer.status).toBe(200);
        expect(emulator.customers.size).toBe(1);
        expect(await rows(store.url)).toEqual(new Map([['dora', answer.json.customerId]]));
      },
      60_000,
    );

    it('at random, six times over, under load: still one customer per user, and no row is lost', async () => {
      emulator.setLatency(15);
      const users = shuffled(Array.from({ length: 300 }, (_, index) => `user-${index}`));
      const hosts = [await startHost(), await startHost()];
      const known = new Map<string, string | undefined>();
      let broken = 0;
      const worker = async (turn: number) => {
        for (let user = users.pop(); user !== undefined; user = users.pop()) {
          const answer = await hosts[turn % hosts.length]
            ?.post(user)
            .catch((error: Error & { code?: string }) => {
              if (error.code === 'ECONNRESET') broken += 1;
            });
          if (answer?.status === 200) known.set(user, answer.json.customerId);
          else users.unshift(user);
          if (!answer) await new Promise((resolve) => setTimeout(resolve, 50));
        }
      };
      const load = Promise.all(Array.from({ length: 8 }, (_, turn) => worker(turn)));
      for (let crash = 0; crash < 6; crash += 1) {
        await new Promise((resolve) => setTimeout(resolve, 30 + ((crash * 37) % 90)));
        await hosts[crash % 2]?.kill();
        hosts[crash % 2] = await startHost();
      }
      await load;

      expect(broken).toBeGreaterThan(0);
      expect(known.size).toBe(300);
      expect(emulator.customers.size).toBe(300);
      expect(await rows(store.url)).toEqual(known);
      const owners = [...known].filter(
        ([user, id]) => emulator.customers.get(id ?? '')?.metadata.user !== user,
      );
      expect(owners).toEqual([]);
    }, 60_000);
  });
}
