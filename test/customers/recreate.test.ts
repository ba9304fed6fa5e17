import { type CustomerRow, type CustomerStore, memoryStore } from '../../src/customers/store.js';
import { expectProblem } from '../support/call.js';
import { customerIn, type DirectoryHost, faultyStore, startDirectoryHost } from './support/directory-host.js';

const CREATE = 'POST /v1/customers';
const RETRIEVE = 'GET /v1/customers/{customer}';

let host: DirectoryHost;
const start = async (settings?: Parameters<typeof startDirectoryHost>[0]) => {
  host = await startDirectoryHost(settings);
  return host;
};
afterEach(() => host.close());

const keys = () =>
  host.emulator.requests.filter(({ route }) => route === CREATE).map(({ idempotencyKey }) => idempotencyKey);

describe('D6 a customer that was deleted at Stripe', () => {
  it('without recreate: 409 no_customer, again and again, and no new customer', async () => {
    await start();
    const customer = customerIn(await host.post('dora'));
    host.emulator.deleteCustomer(customer);
    for (let turn = 0; turn < 3; turn += 1) expectProblem(await host.post('dora'), 409, 'no_customer');
    expect(host.stripeCalls()).toEqual(['POST /v1/customers']);
    expect(await host.store.get('test', 'dora')).toEqual({ customer });
  });

  it.each([true, 'vanished-test-data'] as const)(
    'with recreate %p: a new one, each time with a key of its own that is written ahead',
    async (recreate) => {
      const store = memoryStore();
      const rows: (CustomerRow | null | undefined)[] = [];
      await start({ recreate, store });
      host.emulator.setFault(CREATE, () => {
        void Promise.resolve(store.get('test', 'dora')).then((row) => rows.push(row));
        return undefined;
      });
      const generations: string[] = [];
      for (let turn = 0; turn < 4; turn += 1) {
        const customer = customerIn(await host.post('dora'));
        expect(await host.store.get('test', 'dora')).toEqual({ customer });
        generations.push(customer);
        host.emulator.deleteCustomer(customer);
      }
      expect(new Set(generations).size).toBe(4);
      expect(new Set(keys()).size).toBe(4);
      // The deleted customer stays until the new one is there.
      expect(rows).toEqual(
        keys().map((creationKey, turn) => ({
          ...(turn > 0 && { customer: generations[turn - 1] }),
          creationKey,
        })),
      );
    },
  );

  it('a late replay of its own creation does not bring it back', async () => {
    const store = memoryStore();
    await start({ recreate: true, store });
    const old = customerIn(await host.post('dora'));
    host.emulator.deleteCustomer(old);
    // A process that got the old customer by the old key, and claims it only now: before, and after the new one is there.
    expect(await store.begin('test', 'dora', 'key-of-the-new-one', old)).toMatchObject({ customer: old });
    expect(await store.claim('test', 'dora', old)).toBe(old);
    const next = customerIn(await host.post('dora'));
    expect(await store.claim('test', 'dora', old)).toBe(next);
    expect(keys().at(-1)).toBe('key-of-the-new-one');
  });

  it('exactly one new one when 50 requests find out at once', async () => {
    await start({ recreate: true, host: { options: { maxInFlight: 100 } } });
    host.emulator.deleteCustomer(customerIn(await host.post('dora')));
    const before = host.emulator.customers.size;
    const answers = await Promise.all(Array.from({ length: 50 }, () => host.post('dora')));
    expect(new Set(answers.map(customerIn)).size).toBe(1);
    expect(host.emulator.customers.size).toBe(before + 1);
  });

  it('a replace that fails is a 500, and the next try gets the one new customer', async () => {
    const store = memoryStore();
    let failures = 1;
    const replace: CustomerStore['replace'] = (...args) => {
      if (failures-- > 0) throw new Error('read only');
      return store.replace(...args);
    };
    await start({ recreate: true, store: { ...store, replace } });
    host.emulator.deleteCustomer(customerIn(await host.post('dora')));
    expectProblem(await host.post('dora'), 500, 'internal_error');
    customerIn(await host.post('dora'));
    expect(host.emulator.customers.size).toBe(3);
  });

  it('another process was first: its customer is the answer', async () => {
    const store = memoryStore();
    const winner = 'cus_Winner000000000001';
    const replace: CustomerStore['replace'] = async (scope, user, expected) => {
      await store.replace(scope, user, expected, winner);
      return false;
    };
    await start({ recreate: true, store: { ...store, replace } });
    host.emulator.addCustomer({ id: winner });
    host.emulator.deleteCustomer(customerIn(await host.post('dora')));
    expect(customerIn(await host.post('dora'))).toBe(winner);
  });

  it('while it is being recreated, a look-up that has not heard of the deletion goes the same way', async () => {
    await start({ recreate: true });
    host.emulator.deleteCustomer(customerIn(await host.post('dora')));
    host.emulator.setFault(CREATE, { delayMs: 50 });
    const first = host.post('dora');
    while (keys().length < 2) await new Promise(setImmediate);
    const answers = await Promise.all([first, host.post('dora')]);
    expect(new Set(answers.map(customerIn)).size).toBe(1);
    expect(host.emulator.customers.size).toBe(3);
  });

  it('a row that vanished with its customer is claimed anew', async () => {
    const store = memoryStore();
    let asked = 0;
    const get: CustomerStore['get'] = (...user) =>
      asked++ < 2 ? { customer: 'cus_Ada0000000000001' } : store.get(...user);
    await start({ recreate: true, store: { ...store, get } });
    host.emulator.deleteCustomer('cus_Ada0000000000001');
    const customer = customerIn(await host.post('dora'));
    expect(await store.get('test', 'dora')).toEqual({ customer });
  });
});

describe('D6 what is no deletion is not recreated', () => {
  // Stripe's answer to the session, which makes the router ask once more.
  const missing = { status: 404, error: { code: 'resource_missing', param: 'customer' } } as const;

  it('a customer that Stripe has under the same id, whatever the session said', async () => {
    await start({ recreate: true });
    const customer = customerIn(await host.post('dora'));
    host.emulator.setFault('POST /v1/customer_sessions', missing);
    expectProblem(await host.post('dora'), 409, 'no_customer');
    expect(await host.store.get('test', 'dora')).toEqual({ customer });
    expect(host.stripeCalls()).toEqual(['POST /v1/customers', `GET /v1/customers/${customer}`]);
  });

  it('an Accounts v2 account', async () => {
    await start({
      recreate: true,
      store: faultyStore({ get: () => ({ customer: 'acct_unknown000000001' }) }),
    });
    expectProblem(await host.post('dora'), 409, 'no_customer');
    expect(host.stripeCalls()).toEqual([]);
  });

  it.each([
    ['another customer that was deleted', { id: 'cus_Other', object: 'customer', deleted: true }],
    ['a list', { object: 'list', data: [] }],
  ])('an answer that is %s: 502, and the row stays', async (_what, answer) => {
    await start({ recreate: true });
    const customer = customerIn(await host.post('dora'));
    host.emulator.deleteCustomer(customer);
    host.emulator.setFault(RETRIEVE, { transform: () => answer });
    expectProblem(await host.post('dora'), 502, 'stripe_mismatch');
    expect(await host.store.get('test', 'dora')).toEqual({ customer });
    expect(keys()).toHaveLength(1);
  });

  it.each([
    [401, 500, 'misconfigured'],
    [429, 503, 'stripe_rate_limited'],
    [503, 502, 'stripe_unavailable'],
  ])('a retrieve that is answered with %d: %d %s, and the row stays', async (status, answered, code) => {
    await start({ recreate: 'vanished-test-data' });
    const customer = customerIn(await host.post('dora'));
    host.emulator.deleteCustomer(customer);
    host.emulator.setFault(RETRIEVE, { status });
    expectProblem(await host.post('dora'), answered, code);
    expect(await host.store.get('test', 'dora')).toEqual({ customer });
  });
});

describe('D6 test data that vanished without a trace', () => {
  const GONE = 'cus_GoneWithAllTestData';

  it("is recreated with 'vanished-test-data'", async () => {
    await start({ recreate: 'vanished-test-data' });
    await host.store.claim('test', 'dora', GONE);
    const customer = customerIn(await host.post('dora'));
    expect(customer).not.toBe(GONE);
    expect(await host.store.get('test', 'dora')).toEqual({ customer });
  });

  it('is not with true', async () => {
    await start({ recreate: true });
    await host.store.claim('test', 'dora', GONE);
    expectProblem(await host.post('dora'), 409, 'no_customer');
    expect(await host.store.get('test', 'dora')).toEqual({ customer: GONE });
  });

  it.each([
    ['names another customer', { code: 'resource_missing', message: "No such customer: 'cus_Other'" }],
    ['names a longer one', { code: 'resource_missing', message: `No such customer: '${GONE}2'` }],
    ['names none', { code: 'resource_missing', message: 'No such customer.' }],
  ])('a 404 that %s recreates nobody', async (_what, error) => {
    await start({ recreate: 'vanished-test-data' });
    await host.store.claim('test', 'dora', GONE);
    host.emulator.setFault(RETRIEVE, { status: 404, error });
    expectProblem(await host.post('dora'), 409, 'no_customer');
    expect(await host.store.get('test', 'dora')).toEqual({ customer: GONE });
  });

  it('a 404 of something else than Stripe is a failure', async () => {
    await start({ recreate: 'vanished-test-data' });
    await host.store.claim('test', 'dora', GONE);
    host.emulator.setFault(RETRIEVE, { status: 404, error: { code: 'not_here', message: GONE } });
    expectProblem(await host.post('dora'), 500, 'misconfigured');
    expect(await host.store.get('test', 'dora')).toEqual({ customer: GONE });
  });
});
