import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { describeWith } from './support/describe-with.js';
import { type HostProcess, shuffled, startHostProcess, stripeOf } from './support/processes.js';
import { STORE_SERVERS } from './support/store-servers.js';

const PROCESSES = 4;
const USERS = 1_000;
const REQUESTS_PER_USER = 10;

for (const { name, start, rows } of STORE_SERVERS) {
  describeWith([name], `four processes on one ${name}`, () => {
    let store: ServerProcess;
    let emulator: StripeEmulator;
    let hosts: HostProcess[];
    beforeAll(async () => {
      [store, emulator] = await Promise.all([start(), startStripeEmulator()]);
      const settings = { storeUrl: store.url, stripe: stripeOf(emulator), recreate: true };
      hosts = await Promise.all(Array.from({ length: PROCESSES }, () => startHostProcess(settings)));
    }, 60_000);
    afterAll(async () => {
      await Promise.all(hosts.map((host) => host.kill()));
      await Promise.all([store.stop(), emulator.close()]);
    });

    // Each process gets every fourth request.
    const postAll = (users: string[]) =>
      Promise.all(
        hosts.flatMap((host, turn) =>
          users.filter((_user, index) => index % PROCESSES === turn).map((user) => host.post(user)),
        ),
      );
    const ownerOf = (customer: string | undefined) => emulator.customers.get(customer ?? '')?.metadata.user;

    it('D4 10,000 first requests of 1,000 new users at once make exactly 1,000 customers', async () => {
      emulator.setLatency(20);
      const users = Array.from({ length: USERS }, (_, index) => `user-${index}`);
      const requests = shuffled(Array.from({ length: REQUESTS_PER_USER }, () => users).flat());
      const answers = await postAll(requests);
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(answers.filter(({ user, json }) => ownerOf(json.customerId) !== user)).toEqual([]);
      expect(emulator.customers.size).toBe(USERS);
      const held = await rows(store.url);
      expect(held.size).toBe(USERS);
      expect(answers.filter(({ user, json }) => held.get(user) !== json.customerId)).toEqual([]);
    }, 240_000);

    it('D6 100 requests that find a customer deleted at once make exactly one new one', async () => {
      emulator.setLatency(20);
      const [first] = await postAll(['dora']);
      const old = first?.json.customerId ?? '';
      emulator.deleteCustomer(old);
      const before = emulator.customers.size;
      const answers = await postAll(Array.from({ length: 100 }, () => 'dora'));
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(new Set(answers.map(({ json }) => json.customerId)).size).toBe(1);
      expect(answers[0]?.json.customerId).not.toBe(old);
      expect(emulator.customers.size).toBe(before + 1);
    }, 60_000);
  });
}
