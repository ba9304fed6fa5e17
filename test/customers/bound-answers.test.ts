import Stripe from 'stripe';
import { customerDirectory } from '../../src/customers/directory.js';
import type { CustomerDirectoryOptions } from '../../src/customers/directory-options.js';
import { memoryStore } from '../../src/customers/store.js';
import { createStripe } from '../../src/stripe/client.js';
import {
  type StripeEmulator,
  type StripeEmulatorFault,
  startStripeEmulator,
} from '../../src/testing/index.js';

const CREATE = 'POST /v1/customers';
const RETRIEVE = 'GET /v1/customers/{customer}';
const USERS = 500;

let emulator: StripeEmulator;
const closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  emulator = await startStripeEmulator();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await emulator.close();
});

function ownClient() {
  const stripe = createStripe(emulator.secretKey, { ...emulator.stripeConfig });
  closing.push(() => stripe.close());
  return stripe;
}

function hostsClient(config: Stripe.StripeConfig = {}) {
  return new Stripe(emulator.secretKey, { ...emulator.stripeConfig, telemetry: false, ...config });
}

const CLIENTS = [
  ['our transport', () => ({ stripe: ownClient() })],
  ["a host's own client", () => ({ stripe: hostsClient(), scope: 'test' })],
] satisfies [string, () => Partial<CustomerDirectoryOptions<string>>][];

function directoryOver(client: { stripe: CustomerDirectoryOptions<string>['stripe']; scope?: string }) {
  const store = memoryStore();
  const userId = (user: string) => user;
  const profile = (user: string) => ({ metadata: { user } });
  const directory = customerDirectory<string>({ ...client, store, userId, profile, recreate: true });
  return { store, directory };
}

/** Whose customer each user has, by Stripe's own record. */
const ownerOf = (customer: string | null | undefined) =>
  emulator.customers.get(customer ?? '')?.metadata.user;
const users = Array.from({ length: USERS }, (_, index) => `user-${index}`);

/** What the proxy does to one request in ten, by turns; some of the answers that it mixes up are refusals of Stripe's. */
const MISCHIEF: readonly StripeEmulatorFault[] = [
  { mixUp: 'duplicate' },
  { mixUp: 'swap' },
  { answerDelayMs: 30 },
  { mixUp: 'swap' },
  { reset: 'after' },
  { status: 400, error: { code: 'email_invalid' }, mixUp: 'duplicate' },
  { mixUp: 'swap' },
  { status: 500, mixUp: 'duplicate' },
  { status: 400, error: { type: 'idempotency_error' }, mixUp: 'duplicate' },
  { mixUp: 'swap' },
];

function makeMischief(route: string): () => number {
  let done = 0;
  emulator.setFault(route, (_request, requestNumber) => {
    if (requestNumber % 10 !== 0) return undefined;
    done += 1;
    return MISCHIEF[done % MISCHIEF.length];
  });
  return () => done;
}

// As many at a time as connections are worth mixing up, and until each user has one.
async function backfill(resolve: (user: string) => Promise<string>): Promise<Map<string, string>> {
  const left = [...users];
  const found = new Map<string, string>();
  const line = async () => {
    for (let user = left.shift(); user !== undefined; user = left.shift()) {
      const customer = await resolve(user).catch(() => undefined);
      if (customer === undefined) left.push(user);
      else found.set(user, customer);
    }
  };
  await Promise.all(Array.from({ length: 6 }, line));
  return found;
}

describe('a backfill of 500 users behind a proxy that duplicates, swaps, delays and drops answers', () => {
  let aheadMs = 0;
  beforeEach(() => {
    // Each look at the clock takes a minute off the pauses after refusals, of which the test provokes many.
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs);
  });
  afterEach(() => jest.restoreAllMocks());

  it('gives users the customers of others where nothing is checked', async () => {
    emulator.setFault(CREATE, (_request, requestNumber) =>
      requestNumber % 10 === 0 ? { mixUp: 'swap' } : undefined,
    );
    const stripe = hostsClient();
    const found = await backfill(async (user) => (await stripe.customers.create({ metadata: { user } })).id);
    expect([...found].filter(([user, customer]) => ownerOf(customer) !== user)).toHaveLength(USERS / 10);
  });

  it.each(CLIENTS)(
    'D12 H15 by %s: nobody gets a customer that was made for another',
    async (_name, client) => {
      const { store, directory } = directoryOver(client());
      const mischief = makeMischief(CREATE);
      const found = await backfill((user) => {
        aheadMs += 60_000;
        return directory.resolve(user);
      });

      expect(mischief()).toBeGreaterThanOrEqual(USERS / 10);
      expect([...found].filter(([user, customer]) => ownerOf(customer) !== user)).toEqual([]);
      const held = await Promise.all(users.map(async (user) => (await store.get('test', user))?.customer));
      expect(held).toEqual(users.map((user) => found.get(user)));
      expect(new Set(held).size).toBe(USERS);
    },
    120_000,
  );

  it.each(CLIENTS)(
    'D6 by %s: no answer that was mixed up recreates a customer',
    async (_name, client) => {
      const { store, directory } = directoryOver(client());
      for (const [index, user] of users.entries()) {
        const { id } = emulator.addCustomer({ metadata: { user } });
        await store.claim('test', user, id);
        // Every fifth was really deleted, and its answer goes to others, too.
        if (index % 5 === 0) emulator.deleteCustomer(id);
      }
      const before = await Promise.all(users.map(async (user) => (await store.get('test', user))?.customer));
      makeMischief(RETRIEVE);
      await backfill(async (user) => {
        aheadMs += 60_000;
        return directory.resolve(user, undefined, before[users.indexOf(user)] ?? undefined);
      });
      const after = await Promise.all(users.map(async (user) => (await store.get('test', user))?.customer));
      const changed = users.filter((_user, index) => before[index] !== after[index]);
      expect(changed).toEqual(users.filter((_user, index) => index % 5 === 0));
      expect(after.filter((customer, index) => ownerOf(customer) !== users[index])).toEqual([]);
    },
    120_000,
  );
});

describe('D12 an answer that belongs to another call', () => {
  /** A client of a host's whose answers carry what Stripe echoed. */
  const echoing = (answer: (key: string) => object) => ({
    customers: {
      create: async (_params: object, options: { idempotencyKey: string }) => answer(options.idempotencyKey),
      retrieve: () => Promise.reject(new Error('not to be asked')),
    },
  });
  const customer = (id: string, idempotencyKey?: string) =>
    Object.defineProperty({ id, object: 'customer', livemode: false }, 'lastResponse', {
      value: { statusCode: 200, headers: {}, ...(idempotencyKey && { idempotencyKey }) },
    });
  const failure = (idempotencyKey: string) =>
    Object.assign(new Error('refused'), {
      type: 'StripeInvalidRequestError',
      rawType: 'invalid_request_error',
      statusCode: 400,
      headers: { 'idempotency-key': idempotencyKey },
    });

  it('is refused, and nothing is claimed', async () => {
    const { store, directory } = directoryOver({
      stripe: echoing(() => customer('cus_1', 'another')),
      scope: 'test',
    });
    await expect(directory.resolve('dora')).rejects.toMatchObject({
      code: 'stripe_unavailable',
      reason: 'OTHER_ANSWER',
    });
    expect((await store.get('test', 'dora'))?.customer).toBeUndefined();
  });

  it("is refused when it is an error, which is neither remembered nor the key's fault", async () => {
    let calls = 0;
    const { store, directory } = directoryOver({
      stripe: echoing((key) => {
        calls += 1;
        if (calls === 1) throw failure('another');
        return customer('cus_1', key);
      }),
      scope: 'test',
    });
    await expect(directory.resolve('dora')).rejects.toMatchObject({ reason: 'OTHER_ANSWER' });
    const row = await store.get('test', 'dora');
    expect(await directory.resolve('dora')).toBe('cus_1');
    expect(row?.creationKey).toMatch(/^escs-customer-/);
  });

  it('of a stub or an old mock that never echoes is taken', async () => {
    const { directory } = directoryOver({ stripe: echoing(() => customer('cus_1')), scope: 'test' });
    expect(await directory.resolve('dora')).toBe('cus_1');
  });

  it('is one without an echo, once Stripe has echoed: the answer to a GET, for instance', async () => {
    let calls = 0;
    const { store, directory } = directoryOver({
      stripe: echoing((key) => {
        calls += 1;
        return calls === 2 ? customer('cus_OfSomebody') : customer(`cus_${calls}`, key);
      }),
      scope: 'test',
    });
    expect(await directory.resolve('dora')).toBe('cus_1');
    await expect(directory.resolve('emil')).rejects.toMatchObject({ reason: 'OTHER_ANSWER' });
    expect((await store.get('test', 'emil'))?.customer).toBeUndefined();
    expect(await directory.resolve('emil')).toBe('cus_3');
  });

  it('with an echo is never the answer to a retrieve', async () => {
    const stripe = {
      customers: {
        create: () => Promise.reject(new Error('not to be asked')),
        retrieve: async () =>
          Object.defineProperty({ id: 'cus_1', object: 'customer', deleted: true }, 'lastResponse', {
            value: { statusCode: 200, headers: {}, idempotencyKey: 'of-another-call' },
          }),
      },
    };
    const { store, directory } = directoryOver({ stripe, scope: 'test' });
    await store.claim('test', 'dora', 'cus_1');
    await expect(directory.resolve('dora', undefined, 'cus_1')).rejects.toMatchObject({
      reason: 'OTHER_ANSWER',
    });
    expect(await store.get('test', 'dora')).toEqual({ customer: 'cus_1' });
  });
});
