import { customerDirectory } from '../../src/customers/directory.js';
import type { CustomerStore } from '../../src/customers/store.js';
import { expectProblem } from '../support/call.js';
import { customerIn, type DirectoryHost, faultyStore, startDirectoryHost } from './support/directory-host.js';

let host: DirectoryHost;
const start = async (settings?: Parameters<typeof startDirectoryHost>[0]) => {
  host = await startDirectoryHost(settings);
  return host;
};
afterEach(() => host.close());

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

describe('D4 a look-up that never ends', () => {
  afterEach(() => jest.useRealTimers());

  it('is joined for 15 s at most, so that nobody is kept out of the process for ever', async () => {
    await start();
    jest.useFakeTimers();
    let asked = 0;
    const get: CustomerStore['get'] = () =>
      asked++ === 0 ? new Promise(() => undefined) : { customer: 'cus_Dora0000000000001' };
    const stripe = { customers: { create: () => Promise.reject(new Error('not to be asked')) } };
    const directory = customerDirectory<string>({
      stripe,
      store: faultyStore({ get }),
      userId: (user) => user,
      scope: 'test',
    });
    const first = directory.resolve('dora');
    const joined = directory.resolve('dora');
    jest.advanceTimersByTime(15_000);
    await expect(first).rejects.toMatchObject({ code: 'timeout', reason: 'customer_directory' });
    await expect(joined).rejects.toMatchObject({ code: 'timeout' });
    expect(await directory.resolve('dora')).toBe('cus_Dora0000000000001');
    expect(asked).toBe(2);
  });
});

describe('D1 the store is asked first, and a failure is never read as "none"', () => {
  it.each([
    ['rejects', down],
    [
      'throws',
      () => {
        throw new Error('not connected');
      },
    ],
    ['gives an empty string', () => '' as never],
    ['gives a customer without its row', () => 'cus_1' as never],
    ['gives an empty customer', () => ({ customer: '' })],
    ['gives something else than a customer', () => ({ customer: 'sub_123' })],
    ['gives a customer that is an object', () => ({ customer: {} }) as never],
    ['gives a key that no header can carry', () => ({ creationKey: 'a\nb' })],
    ['gives a list', () => [] as never],
    ['gives false', () => false as never],
  ] satisfies [string, CustomerStore['get']][])(
    'when get %s: 500 internal_error, and no customer',
    async (_how, get) => {
      await start({ store: faultyStore({ get }) });
      expectProblem(await host.post('dora'), 500, 'internal_error');
      expect(host.stripeCalls()).toEqual([]);
      expect(host.events.at(-1)?.error).toBeInstanceOf(Error);
    },
  );

  it('and what the store rejected with reaches onEvent as the cause', async () => {
    await start({ store: faultyStore({ get: down }) });
    await host.post('dora');
    const error = host.events.at(-1)?.error;
    expect(error).toMatchObject({
      message: expect.stringContaining('get()'),
      cause: { message: 'connect ECONNREFUSED' },
    });
    expect(host.events.at(-1)).toMatchObject({ outcome: 'internal_error', reason: 'store_get' });
  });

  it('a store that does not answer: 504 timeout at the deadline, and no customer', async () => {
    const answers: (() => void)[] = [];
    const get: CustomerStore['get'] = () => new Promise((resolve) => answers.push(() => resolve(undefined)));
    await start({ store: faultyStore({ get }), host: { options: { deadlineMs: 300 } } });
    expectProblem(await host.post('dora'), 504, 'timeout');
    expect(host.stripeCalls()).toEqual([]);
    for (const answer of answers) answer();
  });
});

describe('D3 whoever claims first wins', () => {
  it('and a loser answers with the winner', async () => {
    const winner = 'cus_Winner000000000001';
    await start({ store: faultyStore({ claim: () => winner }) });
    host.emulator.addCustomer({ id: winner });
    expect(customerIn(await host.post('dora'))).toBe(winner);
  });

  it('a store whose claim gives nothing: 500', async () => {
    await start({ store: faultyStore({ claim: () => undefined as never }) });
    expectProblem(await host.post('dora'), 500, 'internal_error');
    expect(host.events.at(-1)).toMatchObject({ reason: 'store_row' });
  });
});
