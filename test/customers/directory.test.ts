import { memoryStore } from '../../src/customers/store.js';
import { expectProblem } from '../support/call.js';
import { customerIn, type DirectoryHost, faultyStore, startDirectoryHost } from './support/directory-host.js';

const CREATE = 'POST /v1/customers';

let host: DirectoryHost;
const start = async (settings?: Parameters<typeof startDirectoryHost>[0]) => {
  host = await startDirectoryHost(settings);
  return host;
};
afterEach(() => host.close());

function idempotencyKeys(): (string | undefined)[] {
  return host.emulator.requests
    .filter(({ route }) => route === CREATE)
    .map((request) => request.idempotencyKey);
}

describe('the customer of a new user', () => {
  it('is created once, with the profile, and found ever after', async () => {
    await start({
      profile: (user) => ({ email: `${user.name}@example.com`, metadata: { user: user.name } }),
    });
    const first = customerIn(await host.post('dora'));
    const second = customerIn(await host.post('dora'));
    expect(second).toBe(first);
    expect(host.stripeCalls()).toEqual(['POST /v1/customers']);
    expect(host.emulator.customers.get(first)).toMatchObject({
      email: 'dora@example.com',
      metadata: { user: 'dora' },
    });
  });

  it('D8 is never looked up at Stripe by anything', async () => {
    await start();
    for (const user of ['dora', 'emil', 'dora']) customerIn(await host.post(user));
    expect(host.stripeCalls()).toEqual(['POST /v1/customers', 'POST /v1/customers']);
  });

  it('is found by a store that already knows the user, without a call to Stripe', async () => {
    await start();
    await host.store.claim('test', 'ada', 'cus_Ada0000000000001');
    expect(customerIn(await host.post('ada'))).toBe('cus_Ada0000000000001');
    expect(host.stripeCalls()).toEqual([]);
  });

  it('D4 is created by one call when 50 requests come at once', async () => {
    await start({ host: { options: { maxInFlight: 50 } } });
    host.emulator.setLatency(50);
    const answers = await Promise.all(Array.from({ length: 50 }, () => host.post('dora')));
    expect(new Set(answers.map(customerIn)).size).toBe(1);
    expect(host.stripeCalls()).toEqual(['POST /v1/customers']);
  });
});

const down = () => Promise.reject(new Error('connect ECONNREFUSED'));

describe('D1 the store is asked first, and a failure is never read as "none"', () => {
  it.each([
    ['rejects', down],
    [
      'throws',
      () => {
        throw new Error('not connected');
      },
    ],
    ['gives an empty string', () => ''],
    ['gives something else than a customer', () => 'sub_123'],
    ['gives an object', () => ({}) as never],
    ['gives false', () => false as never],
  ])('when get %s: 500 internal_error, and no customer', async (_how, get) => {
    await start({ store: faultyStore({ get }) });
    expectProblem(await host.post('dora'), 500, 'internal_error');
    expect(host.stripeCalls()).toEqual([]);
    expect(host.events.at(-1)?.error).toBeInstanceOf(Error);
  });

  it('and what the store rejected with reaches onEvent as the cause', async () => {
    await start({ store: faultyStore({ get: down }) });
    await host.post('dora');
    const error = host.events.at(-1)?.error;
    expect(error).toMatchObject({
      message: expect.stringContaining('get()'),
      cause: { message: 'connect ECONNREFUSED' },
    });
  });

  it('a store that never answers: 504 timeout at the deadline, and no customer', async () => {
    await start({
      store: faultyStore({ get: () => new Promise(() => undefined) }),
      host: { options: { deadlineMs: 300 } },
    });
    expectProblem(await host.post('dora'), 504, 'timeout');
    expect(host.stripeCalls()).toEqual([]);
  });
});

describe('D2 the idempotency key', () => {
  it('is the same for an unchanged user, in whatever order the profile comes', async () => {
    let turn = 0;
    const profile = () =>
      turn++ % 2 ? { name: 'Dora', email: 'd@example.com' } : { email: 'd@example.com', name: 'Dora' };
    await start({ profile, store: faultyStore({ claim: () => Promise.reject(new Error('down')) }) });
    await host.post('dora');
    await host.post('dora');
    const [first, second] = idempotencyKeys();
    expect(second).toBe(first);
    expect(first).toMatch(/^escs-customer-[\w-]{43}$/);
  });

  it('differs by user, by scope and by parameters', async () => {
    const store = memoryStore();
    await start({ store, profile: (user) => ({ name: user.name }) });
    await host.post('dora');
    await host.post('emil');
    const keys = idempotencyKeys();
    await host.close();
    await start({ store, scope: 'other', profile: (user) => ({ name: user.name }) });
    await host.post('dora');
    keys.push(...idempotencyKeys());
    await host.close();
    await start({ store: memoryStore(), profile: () => ({ name: 'another name' }) });
    await host.post('dora');
    keys.push(...idempotencyKeys());
    expect(new Set(keys).size).toBe(4);
  });
});

describe('D3 and D5 whoever claims first wins', () => {
  it('and a loser answers with the winner', async () => {
    const winner = 'cus_Winner000000000001';
    await start({ store: faultyStore({ claim: () => winner }) });
    host.emulator.addCustomer({ id: winner });
    expect(customerIn(await host.post('dora'))).toBe(winner);
  });

  it('a claim that fails is a 500, and the next try gets the same customer', async () => {
    const store = memoryStore();
    let failures = 1;
    const claim = (scope: string, userId: string, customer: string) => {
      if (failures-- > 0) throw new Error('connection lost');
      return store.claim(scope, userId, customer);
    };
    await start({ store: { ...store, claim } });
    expectProblem(await host.post('dora'), 500, 'internal_error');
    const customer = customerIn(await host.post('dora'));
    expect([...host.emulator.customers.keys()].filter((id) => id === customer)).toEqual([customer]);
    expect(host.emulator.customers.size).toBe(2);
  });

  it('an answer of Stripe that is lost on its way makes no second customer', async () => {
    await start();
    host.emulator.setFault(CREATE, { reset: 'after' }, { times: 2 });
    await host.post('dora');
    customerIn(await host.post('dora'));
    expect(host.emulator.customers.size).toBe(2);
  });
});
