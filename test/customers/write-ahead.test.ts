import { setImmediate as turn } from 'node:timers/promises';
import { customerDirectory } from '../../src/customers/directory.js';
import { type CustomerRow, type CustomerStore, memoryStore } from '../../src/customers/store.js';
import { createStripe } from '../../src/stripe/client.js';
import type { StripeEmulatorRequest } from '../../src/testing/index.js';
import { expectProblem } from '../support/call.js';
import { customerIn, type DirectoryHost, faultyStore, startDirectoryHost } from './support/directory-host.js';

const CREATE = 'POST /v1/customers';
const KEY = /^escs-customer-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

let host: DirectoryHost;
const start = async (settings?: Parameters<typeof startDirectoryHost>[0]) => {
  host = await startDirectoryHost(settings);
  return host;
};
afterEach(() => host.close());

const creations = () => host.emulator.requests.filter(({ route }) => route === CREATE);
const keys = () => creations().map(({ idempotencyKey }) => idempotencyKey);
const statuses = () => creations().map(({ status }) => status);
// ada's was there before.
const customersMade = () => host.emulator.customers.size - 1;
const rowOf = (user: string) => host.store.get('test', user);

/** A process that asked Stripe and died before it could claim. */
async function crashAfterCreation(store: CustomerStore, profile?: () => object): Promise<void> {
  const stripe = createStripe(host.emulator.secretKey, { ...host.emulator.stripeConfig });
  const doomed = customerDirectory<string>({
    stripe,
    store: { ...store, claim: () => Promise.reject(new Error('killed')) },
    userId: (user) => user,
    ...(profile && { profile }),
  });
  await expect(doomed.resolve('dora')).rejects.toMatchObject({ reason: 'store_claim' });
  await stripe.close();
}

describe('D2 write ahead', () => {
  it('the store holds the key before Stripe is asked, and Stripe is asked with it', async () => {
    const store = memoryStore();
    const held: (CustomerRow | null | undefined)[] = [];
    await start({ store });
    host.emulator.setFault(CREATE, (request: StripeEmulatorRequest) => {
      void Promise.resolve(store.get('test', 'dora')).then((row) => held.push(row));
      expect(request.idempotencyKey).toMatch(KEY);
      return undefined;
    });
    const customer = customerIn(await host.post('dora'));
    expect(held).toEqual([{ creationKey: keys()[0] }]);
    expect(await rowOf('dora')).toEqual({ customer });
  });

  it('nothing in it repeats: two apps with the same users on one Stripe account never share a customer', async () => {
    await start();
    const stripe = createStripe(host.emulator.secretKey, { ...host.emulator.stripeConfig });
    const apps = [memoryStore(), memoryStore()].map((store) =>
      customerDirectory<number>({ stripe, store, userId: (user) => user }),
    );
    const users = Array.from({ length: 100 }, (_, index) => index);
    const found = await Promise.all(
      apps.map(async ({ resolve }) => {
        const own: string[] = [];
        for (const user of users) own.push(await resolve(user));
        return own;
      }),
    );
    expect(new Set(found.flat()).size).toBe(200);
    expect(new Set(keys()).size).toBe(200);
    await stripe.close();
  });

  it('of two processes that begin at once, both use the key that came first', async () => {
    const store = memoryStore();
    await start({ store });
    host.emulator.setFault(CREATE, { delayMs: 20 }, { times: 1 });
    const stripe = createStripe(host.emulator.secretKey, { ...host.emulator.stripeConfig });
    const processes = [1, 2].map(() => customerDirectory<string>({ stripe, store, userId: (user) => user }));
    const found = await Promise.all(processes.map(({ resolve }) => resolve('dora')));
    expect(new Set(found).size).toBe(1);
    expect(new Set(keys()).size).toBe(1);
    expect(customersMade()).toBe(1);
    await stripe.close();
  });

  it('a store that cannot begin: 500, and Stripe is not asked', async () => {
    await start({ store: faultyStore({ begin: () => Promise.reject(new Error('read only')) }) });
    expectProblem(await host.post('dora'), 500, 'internal_error');
    expect(host.events.at(-1)).toMatchObject({ reason: 'store_begin' });
    expect(creations()).toEqual([]);
  });

  it('a store that gives no key back: 500, and Stripe is not asked', async () => {
    await start({ store: faultyStore({ begin: () => ({}) }) });
    expectProblem(await host.post('dora'), 500, 'internal_error');
    expect(creations()).toEqual([]);
  });
});

describe('D5 a crash between create and claim', () => {
  it('the same key on the next try: the same customer', async () => {
    const store = memoryStore();
    await start({ store });
    await crashAfterCreation(store);
    const [key] = keys();
    expect(await rowOf('dora')).toEqual({ creationKey: key });
    const customer = customerIn(await host.post('dora'));
    expect(keys()).toEqual([key, key]);
    expect(customersMade()).toBe(1);
    expect(await rowOf('dora')).toEqual({ customer });
  });

  it('the profile changed in between: a new key, one orphan at Stripe, one customer in the store', async () => {
    const store = memoryStore();
    await start({ store, profile: () => ({ name: 'Dora now' }) });
    await crashAfterCreation(store, () => ({ name: 'Dora then' }));
    const customer = customerIn(await host.post('dora'));
    expect(statuses()).toEqual([200, 400, 200]);
    const [first, second, third] = keys();
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(customersMade()).toBe(2);
    expect(host.emulator.customers.get(customer)?.name).toBe('Dora now');
    expect(await rowOf('dora')).toEqual({ customer });
    expect(customerIn(await host.post('dora'))).toBe(customer);
  });

  it('the key has expired at Stripe: one orphan there, one customer in the store', async () => {
    const store = memoryStore();
    await start({ store });
    await crashAfterCreation(store);
    host.emulator.expireIdempotencyKeys();
    const customer = customerIn(await host.post('dora'));
    expect(statuses()).toEqual([200, 200]);
    expect(customersMade()).toBe(2);
    expect(await rowOf('dora')).toEqual({ customer });
    expect(customerIn(await host.post('dora'))).toBe(customer);
  });

  it('an answer of Stripe that is lost on its way makes no second customer', async () => {
    await start();
    host.emulator.setFault(CREATE, { reset: 'after' }, { times: 2 });
    expectProblem(await host.post('dora'), 502, 'stripe_unavailable');
    customerIn(await host.post('dora'));
    expect(new Set(keys()).size).toBe(1);
    expect(customersMade()).toBe(1);
  });
});

describe('D5 a key that belongs to other parameters (idempotency_error)', () => {
  it('the store is read again first: a customer that is there by then is the answer, and nothing is renewed', async () => {
    const store = memoryStore();
    const renewed: boolean[] = [];
    const renew: CustomerStore['renew'] = async (...args) => {
      const done = await store.renew(...args);
      renewed.push(done);
      return done;
    };
    await start({ store: { ...store, renew } });
    host.emulator.addCustomer({ id: 'cus_Winner000000000001' });
    host.emulator.setFault(CREATE, () => {
      // The other process claims just now.
      void store.claim('test', 'dora', 'cus_Winner000000000001');
      return { status: 400, error: { type: 'idempotency_error' } };
    });
    expect(customerIn(await host.post('dora'))).toBe('cus_Winner000000000001');
    expect(renewed).toEqual([false]);
    expect(customersMade()).toBe(1);
  });

  it('two processes with two profiles at once: one customer in the store, at most one orphan per renewed key', async () => {
    const store = memoryStore();
    await start({ store });
    const stripe = createStripe(host.emulator.secretKey, { ...host.emulator.stripeConfig });
    const processes = ['one', 'other'].map((name) =>
      customerDirectory<string>({ stripe, store, userId: (user) => user, profile: () => ({ name }) }),
    );
    host.emulator.setLatency(10);
    const found = await Promise.all(processes.map(({ resolve }) => resolve('dora')));
    expect(new Set(found).size).toBe(1);
    expect(await rowOf('dora')).toEqual({ customer: found[0] });
    const renewals = new Set(keys()).size - 1;
    expect(customersMade() - 1).toBeLessThanOrEqual(renewals);
    await stripe.close();
  });
});

describe('D5 a key in use (409)', () => {
  const inUse = {
    status: 409,
    error: { type: 'idempotency_error', code: 'idempotency_key_in_use' },
  } as const;

  it('is waited for, and never renewed', async () => {
    await start();
    host.emulator.setFault(CREATE, inUse, { times: 3 });
    customerIn(await host.post('dora'));
    expect(new Set(keys()).size).toBe(1);
    expect(statuses()).toEqual([409, 409, 409, 200]);
    expect(customersMade()).toBe(1);
  });

  it('the customer of the process that is creating it is found in the store', async () => {
    await start();
    host.emulator.addCustomer({ id: 'cus_Winner000000000001' });
    host.emulator.setFault(CREATE, inUse);
    const post = host.post('dora');
    while (creations().length === 0) await turn();
    await host.store.claim('test', 'dora', 'cus_Winner000000000001');
    expect(customerIn(await post)).toBe('cus_Winner000000000001');
  });

  it('without end: a 502, not a hang, and the key is kept', async () => {
    await start();
    host.emulator.setFault(CREATE, inUse);
    expectProblem(await host.post('dora'), 502, 'stripe_unavailable');
    expect(host.events.at(-1)).toMatchObject({ reason: 'creation_in_use' });
    expect(await rowOf('dora')).toEqual({ creationKey: keys()[0] });
    expect(new Set(keys()).size).toBe(1);
  }, 60_000);
});

describe('D5 a 500 that Stripe keeps and replays', () => {
  it('gets a new key: the user is not locked out, and has one customer', async () => {
    await start();
    host.emulator.setFault(CREATE, { status: 500 }, { times: 1 });
    const customer = customerIn(await host.post('dora'));
    // The transport's own retry met the replay.
    expect(statuses()).toEqual([500, 500, 200]);
    expect(new Set(keys()).size).toBe(2);
    expect(customersMade()).toBe(1);
    expect(await rowOf('dora')).toEqual({ customer });
  });

  it('an outage that lasts costs two keys a request, and leaves one that was never used', async () => {
    await start();
    host.emulator.setFault(CREATE, { status: 500 });
    for (let request = 1; request <= 3; request += 1) {
      expectProblem(await host.post('dora'), 502, 'stripe_unavailable');
      expect(new Set(keys()).size).toBe(2 * request);
      const { creationKey } = (await rowOf('dora')) ?? {};
      expect(keys()).not.toContain(creationKey);
    }
    host.emulator.setFault(CREATE, undefined);
    customerIn(await host.post('dora'));
    expect(customersMade()).toBe(1);
  });

  it('a 503 of the edge, which keeps nothing, renews nothing', async () => {
    await start();
    host.emulator.setFault(CREATE, { status: 503 }, { times: 2 });
    expectProblem(await host.post('dora'), 502, 'stripe_unavailable');
    customerIn(await host.post('dora'));
    expect(new Set(keys()).size).toBe(1);
  });
});

describe('a claim that fails', () => {
  it('is a 500, and the next try gets the same customer', async () => {
    const store = memoryStore();
    let failures = 1;
    const claim: CustomerStore['claim'] = (...args) => {
      if (failures-- > 0) throw new Error('connection lost');
      return store.claim(...args);
    };
    await start({ store: { ...store, claim } });
    expectProblem(await host.post('dora'), 500, 'internal_error');
    customerIn(await host.post('dora'));
    expect(customersMade()).toBe(1);
  });

  it('D10 a store that refuses the customer of another user: 500, and the user holds none', async () => {
    const store = memoryStore();
    await start({ store });
    const emil = customerIn(await host.post('emil'));
    host.emulator.setFault(CREATE, { transform: (answer) => ({ ...answer, id: emil }) }, { times: 1 });
    expectProblem(await host.post('dora'), 500, 'internal_error');
    expect(host.events.at(-1)?.error).toMatchObject({
      cause: { message: expect.stringContaining('belongs to one user') },
    });
    const dora = customerIn(await host.post('dora'));
    expect(dora).not.toBe(emil);
    expect(await rowOf('emil')).toEqual({ customer: emil });
  });
});
