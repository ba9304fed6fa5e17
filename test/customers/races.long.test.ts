import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { customerDirectory } from '../../src/customers/directory.js';
import { memoryStore } from '../../src/customers/store.js';
import { createStripe } from '../../src/stripe/client.js';
import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { describeWith } from './support/describe-with.js';
import { CRASH_STEPS, type HostProcessSettings } from './support/host-settings.js';
import { type HostProcess, shuffled, startHostProcess, stripeOf } from './support/processes.js';
import { STORE_SERVERS } from './support/store-servers.js';

// `npm run test:long` runs it in full.
const { processes, users, crashes } =
  process.env.TEST_LONG === undefined
    ? { processes: 3, users: 50, crashes: 4 }
    : { processes: 8, users: 1_000, crashes: 6 * CRASH_STEPS.length };
const REQUESTS_PER_USER = 10;
const REQUESTS_AT_ONCE = 100;
const CREATE = 'POST /v1/customers';
const LONGEST_MS = 600_000;

const names = Array.from({ length: users }, (_, index) => `user-${index}`);
const requests = shuffled(Array.from({ length: REQUESTS_PER_USER }, () => names).flat());

// Who has a test of her own, in whichever order they come.
const DORA = 'dora';

/** The keys with which a customer was asked for, of those users. */
function creationKeys(
  { requests: seen }: StripeEmulator,
  isOf: (user: unknown) => boolean = (user) => user !== DORA,
): Set<string | undefined> {
  const creations = seen.filter(
    ({ route, params }) => route === CREATE && isOf(Object(params.metadata).user),
  );
  return new Set(creations.map(({ idempotencyKey }) => idempotencyKey));
}

function report(where: string, counts: Record<string, number>): void {
  const text = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  process.stdout.write(`${where}: ${text.join(', ')}\n`);
}

/** Hosts that are replaced, by one of a new release, whenever one has killed itself. */
class Fleet {
  readonly #settings: HostProcessSettings;
  readonly #hosts: Promise<HostProcess>[];
  #toCrash = shuffled(Array.from({ length: crashes }, (_, index) => CRASH_STEPS[index % CRASH_STEPS.length]));
  #stopping = false;
  crashes = 0;

  constructor(settings: HostProcessSettings) {
    this.#settings = settings;
    this.#hosts = Array.from({ length: processes }, (_, slot) => this.#start(slot));
  }

  async #start(slot: number): Promise<HostProcess> {
    const step = this.#toCrash.pop();
    // Renewals are rare: the first one has to do. The others die somewhere in their work.
    const pass = step?.endsWith('renew') ? 1 : 1 + ((this.#toCrash.length * 7) % 20);
    // What comes back is a new release, with another profile.
    const release = 1 + this.crashes;
    const host = await startHostProcess({
      ...this.#settings,
      release,
      ...(step && { crash: { step, pass } }),
    });
    void host.exited.then(() => {
      if (this.#stopping) return;
      this.crashes += 1;
      this.#hosts[slot] = this.#start(slot);
    });
    return host;
  }

  /** Asks one process after another until one answers. */
  async post(user: string, turn: number): Promise<string> {
    for (let attempt = turn; ; attempt += 1) {
      const host = await this.#hosts[attempt % processes];
      const answer = await host?.post(user).catch(() => undefined);
      if (answer?.status === 200) return answer.json.customerId ?? '';
      if (answer !== undefined && answer.status < 500) throw new Error(JSON.stringify(answer));
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#hosts.map(async (host) => (await host).kill()));
  }
}

async function postAll(
  post: (user: string, turn: number) => Promise<string>,
): Promise<Map<string, Set<string>>> {
  const told = new Map<string, Set<string>>(names.map((user) => [user, new Set()]));
  const queue = requests.entries();
  const line = async () => {
    for (const [turn, user] of queue) told.get(user)?.add(await post(user, turn));
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, line));
  return told;
}

function expectOneEach(told: Map<string, Set<string>>, emulator: StripeEmulator): Map<string, string> {
  expect([...told].filter(([, customers]) => customers.size !== 1)).toEqual([]);
  const customerOf = new Map([...told].map(([user, [customer = '']]) => [user, customer]));
  const owners = [...customerOf].map(([, customer]) => emulator.customers.get(customer)?.metadata.user);
  expect(owners).toEqual([...customerOf.keys()]);
  expect(new Set(customerOf.values()).size).toBe(users);
  return customerOf;
}

const title = `${users * REQUESTS_PER_USER} first requests of ${users} users`;

for (const { name, start, rows } of STORE_SERVERS) {
  describeWith([name], `D4 D5 ${processes} processes on one ${name}`, () => {
    let store: ServerProcess;
    let emulator: StripeEmulator;
    let fleet: Fleet;
    beforeAll(async () => {
      [store, emulator] = await Promise.all([start(), startStripeEmulator()]);
      emulator.setLatency(20);
      fleet = new Fleet({ storeUrl: store.url, stripe: stripeOf(emulator), recreate: true });
    }, LONGEST_MS);
    afterAll(async () => {
      await fleet.stop();
      await Promise.all([store.stop(), emulator.close()]);
    }, LONGEST_MS);

    it(
      `${title}, ${crashes} kills, profiles that change: each user has one customer, no customer two`,
      async () => {
        const told = await postAll((user, turn) => fleet.post(user, turn));
        const kept = await rows(store.url);
        kept.delete(DORA);
        expect(kept).toEqual(expectOneEach(told, emulator));

        const made = [...emulator.customers.values()].filter(({ metadata }) => metadata.user !== DORA);
        const orphans = made.length - users;
        const counts = {
          crashes: fleet.crashes,
          'renewed keys': creationKeys(emulator).size - users,
          orphans,
        };
        report(`${name}, ${title}, ${processes} processes`, counts);
        expect(fleet.crashes).toBeGreaterThan(0);
        expect(orphans).toBeLessThanOrEqual(counts.crashes + counts['renewed keys']);
      },
      LONGEST_MS,
    );

    it('D6 100 requests that find a customer deleted at once make exactly one new one', async () => {
      const old = await fleet.post(DORA, 0);
      emulator.deleteCustomer(old);
      const before = emulator.customers.size;
      const told = await Promise.all(Array.from({ length: 100 }, (_, turn) => fleet.post(DORA, turn)));
      expect(new Set(told).size).toBe(1);
      expect(told[0]).not.toBe(old);
      expect((await rows(store.url)).get(DORA)).toBe(told[0]);
      // One for each generation, and one for each profile beyond the first.
      const generations = creationKeys(emulator, (user) => user === DORA).size;
      expect(emulator.customers.size - before).toBeLessThanOrEqual(generations - 1);
    }, 120_000);
  });
}

describe('D4 D5 memory, in one process', () => {
  it(`${title}, profiles that change: each user has one customer, no customer two`, async () => {
    const emulator = await startStripeEmulator();
    const stripe = createStripe(emulator.secretKey, { ...emulator.stripeConfig });
    let release = 0;
    const directory = customerDirectory<string>({
      stripe,
      store: memoryStore(),
      userId: (user) => user,
      profile: (user) => {
        release += 1;
        return { metadata: { user, release: String(release) } };
      },
      maxInFlight: 64,
    });
    const told = await postAll((user) => directory.resolve(user));
    expectOneEach(told, emulator);
    expect(emulator.customers.size).toBe(users);
    report(`memory, ${title}`, { 'renewed keys': creationKeys(emulator).size - users, orphans: 0 });
    await stripe.close();
    await emulator.close();
  }, 120_000);
});
