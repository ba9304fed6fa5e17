import { memoryStore } from '../../src/customers/store.js';
import { expectProblem } from '../support/call.js';
import { ADA } from '../support/host.js';
import { customerIn, type DirectoryHost, faultyStore, startDirectoryHost } from './support/directory-host.js';

let host: DirectoryHost;
const start = async (settings?: Parameters<typeof startDirectoryHost>[0]) => {
  host = await startDirectoryHost(settings);
  return host;
};
afterEach(() => host.close());

describe('D6 a customer that was deleted at Stripe', () => {
  it('without recreate: 409 no_customer, again and again, and no new customer', async () => {
    await start();
    const customer = customerIn(await host.post('dora'));
    host.emulator.deleteCustomer(customer);
    for (let turn = 0; turn < 3; turn += 1) expectProblem(await host.post('dora'), 409, 'no_customer');
    expect(host.stripeCalls()).toEqual(['POST /v1/customers']);
    expect(await host.store.get('test', 'dora')).toBe(customer);
  });

  it('with recreate: a new one, which no replay of an idempotency key turns into an old one', async () => {
    await start({ recreate: true });
    const generations: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const customer = customerIn(await host.post('dora'));
      expect(await host.store.get('test', 'dora')).toBe(customer);
      generations.push(customer);
      host.emulator.deleteCustomer(customer);
    }
    expect(new Set(generations).size).toBe(4);
    const keys = host.emulator.requests.filter(({ route }) => route === 'POST /v1/customers');
    expect(new Set(keys.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(4);
  });

  it('with recreate: exactly one new one when 50 requests find out at once', async () => {
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
    const replace: typeof store.replace = (...row) => {
      if (failures-- > 0) throw new Error('read only');
      return store.replace(...row);
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
    const replace: typeof store.replace = async (scope, user, old) => {
      await store.replace(scope, user, old, winner);
      return false;
    };
    await start({ recreate: true, store: { ...store, replace } });
    host.emulator.addCustomer({ id: winner });
    host.emulator.deleteCustomer(customerIn(await host.post('dora')));
    expect(customerIn(await host.post('dora'))).toBe(winner);
  });

  it('a row that vanished with its customer is claimed anew', async () => {
    const store = memoryStore();
    let held: string | undefined;
    await start({ recreate: true, store: { ...store, get: (...row) => held ?? store.get(...row) } });
    held = ADA;
    host.emulator.deleteCustomer(ADA);
    const post = host.post('dora');
    await new Promise((resolve) => setTimeout(resolve, 0));
    held = undefined;
    expect(customerIn(await post)).not.toBe(ADA);
  });
});

describe('what is no deletion is not recreated', () => {
  it('a customer that Stripe has under the same id, whatever the session said', async () => {
    await start({ recreate: true });
    const customer = customerIn(await host.post('dora'));
    const missing = { type: 'invalid_request_error', code: 'resource_missing', param: 'customer' };
    host.emulator.setFault('POST /v1/customer_sessions', { status: 404, error: missing });
    expectProblem(await host.post('dora'), 409, 'no_customer');
    expect(await host.store.get('test', 'dora')).toBe(customer);
    expect(host.stripeCalls()).toEqual(['POST /v1/customers', `GET /v1/customers/${customer}`]);
  });

  it('an Accounts v2 account', async () => {
    await start({ recreate: true, store: faultyStore({ get: () => 'acct_unknown000000001' }) });
    expectProblem(await host.post('dora'), 409, 'no_customer');
    expect(host.stripeCalls()).toEqual([]);
  });

  it('test data that vanished without a trace is', async () => {
    await start({ recreate: true });
    await host.store.claim('test', 'dora', 'cus_GoneWithAllTestData');
    expect(customerIn(await host.post('dora'))).not.toBe('cus_GoneWithAllTestData');
  });
});
