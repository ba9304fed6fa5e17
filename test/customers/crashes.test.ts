import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { describeWith } from './support/describe-with.js';
import type { CrashStep, HostProcessSettings } from './support/host-settings.js';
import { type HostProcess, startHostProcess, stripeOf } from './support/processes.js';
import { STORE_SERVERS } from './support/store-servers.js';

const CREATE = 'POST /v1/customers';
const CRASHES: [step: CrashStep, customers: number, hasRow: boolean][] = [
  ['before begin', 0, false],
  ['after begin', 0, true],
  ['while Stripe creates', 1, true],
  ['after create', 1, true],
  ['after claim', 1, true],
];

for (const { name, start, rows } of STORE_SERVERS) {
  describeWith([name], `D5 a process that is killed, on ${name}`, () => {
    let store: ServerProcess;
    let emulator: StripeEmulator;
    /** The ones that live on, of two releases with profiles of their own. */
    let survivor: HostProcess;
    let newRelease: HostProcess;

    const startHost = (settings: Partial<HostProcessSettings> = {}) =>
      startHostProcess({ storeUrl: store.url, stripe: stripeOf(emulator), ...settings });
    beforeAll(async () => {
      [store, emulator] = await Promise.all([start(), startStripeEmulator()]);
      [survivor, newRelease] = await Promise.all([startHost(), startHost({ release: 2 })]);
    });
    afterAll(async () => {
      await Promise.all([survivor.kill(), newRelease.kill()]);
      await Promise.all([store.stop(), emulator.close()]);
    });

    const customersOf = (user: string) =>
      [...emulator.customers.values()].filter(({ metadata }) => metadata.user === user);

    /** A host that dies on its way to this user's session. */
    async function die(user: string, settings: Partial<HostProcessSettings>): Promise<void> {
      const doomed = await startHost(settings);
      if (settings.crash === undefined) {
        emulator.setFault(CREATE, () => {
          void doomed.kill();
          return { answerDelayMs: 10_000 };
        });
      }
      await expect(doomed.post(user)).rejects.toThrow();
      await doomed.exited;
      expect(doomed.child.signalCode).toBe('SIGKILL');
      emulator.setFault(CREATE, undefined);
    }

    it.each(CRASHES)('%s: afterwards one customer and one row', async (step, customers, hasRow) => {
      const user = `killed ${step}`;
      await die(user, step === 'while Stripe creates' ? {} : { crash: { step, pass: 1 } });
      expect(customersOf(user)).toHaveLength(customers);
      expect((await rows(store.url)).has(user)).toBe(hasRow);

      const { status, json } = await survivor.post(user);
      expect(status).toBe(200);
      expect(customersOf(user).map(({ id }) => id)).toEqual([json.customerId]);
      expect((await rows(store.url)).get(user)).toBe(json.customerId);
    });

    it.each(['before renew', 'after renew'] as const)(
      '%s, where a new release has another profile: one row, and an orphan at Stripe',
      async (step) => {
        const user = `killed ${step}`;
        await die(user, { crash: { step: 'after create', pass: 1 } });
        await die(user, { release: 2, crash: { step, pass: 1 } });

        const { status, json } = await newRelease.post(user);
        expect(status).toBe(200);
        expect(customersOf(user).map(({ metadata }) => metadata.release)).toEqual(['1', '2']);
        expect(emulator.customers.get(json.customerId ?? '')?.metadata).toEqual({ user, release: '2' });
        expect((await rows(store.url)).get(user)).toBe(json.customerId);
      },
    );
  });
}
