import { expectProblem } from '../support/call.js';
import { customerIn, type DirectoryHost, startDirectoryHost } from './support/directory-host.js';

const CREATE = 'POST /v1/customers';

let host: DirectoryHost;
beforeEach(async () => {
  host = await startDirectoryHost({ host: { options: { deadlineMs: 6_000 } } });
});
afterEach(() => host.close());

describe('what Stripe does while a customer is created', () => {
  it.each([
    [401, 500, 'misconfigured'],
    [403, 500, 'misconfigured'],
    [400, 500, 'misconfigured'],
    [429, 503, 'stripe_rate_limited'],
    [500, 502, 'stripe_unavailable'],
    [503, 502, 'stripe_unavailable'],
  ])('%d is answered with %d %s, and Stripe says nothing to the caller', async (status, answered, code) => {
    host.emulator.setFault(CREATE, { status, error: { message: 'SECRET-CANARY' } });
    const answer = await host.post('dora');
    expectProblem(answer, answered, code);
    expect(JSON.stringify([answer, host.events])).not.toContain('SECRET-CANARY');
    expect(host.events.at(-1)).not.toHaveProperty('error');
  });

  it('a connection that breaks is answered with 502', async () => {
    host.emulator.setFault(CREATE, { reset: 'before' });
    expectProblem(await host.post('dora'), 502, 'stripe_unavailable');
    expect(host.emulator.customers.size).toBe(1);
  });

  it.each([
    ['another object', { object: 'sub' }],
    ['no id', { id: null }],
    ['an odd id', { id: 'cus_1\n' }],
    ['a deleted customer', { deleted: true }],
    ['a live customer for a test key', { livemode: true }],
  ])('an answer that is %s is no customer: 502 stripe_mismatch, and no row', async (_what, change) => {
    host.emulator.setFault(CREATE, { transform: (answer) => ({ ...answer, ...change }) });
    expectProblem(await host.post('dora'), 502, 'stripe_mismatch');
    expect(await host.store.get('test', 'dora')).toBeUndefined();
  });

  it('another process that creates the same customer right now (409) is waited for', async () => {
    host.emulator.setFault(CREATE, { status: 409, error: { code: 'idempotency_key_in_use' } }, { times: 2 });
    customerIn(await host.post('dora'));
    expect(host.stripeCalls()).toHaveLength(3);
  });

  it('its customer is found in the store', async () => {
    host.emulator.addCustomer({ id: 'cus_Winner000000000001' });
    host.emulator.setFault(CREATE, { status: 409, error: { code: 'idempotency_key_in_use' } });
    const post = host.post('dora');
    while (host.stripeCalls().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await host.store.claim('test', 'dora', 'cus_Winner000000000001');
    expect(customerIn(await post)).toBe('cus_Winner000000000001');
    // The transport tries a 409 once more itself; the directory then looks before it tries again.
    expect(host.stripeCalls().length).toBeLessThanOrEqual(2);
  });

  it('409 without end is a 502, not a hang', async () => {
    host.emulator.setFault(CREATE, { status: 409, error: { code: 'idempotency_key_in_use' } });
    expectProblem(await host.post('dora'), 502, 'stripe_unavailable');
  });

  it('a 500 that Stripe keeps and replays does not lock the user out, nor make two customers', async () => {
    host.emulator.setFault(CREATE, { status: 500 }, { times: 1 });
    const customer = customerIn(await host.post('dora'));
    expect(customerIn(await host.post('dora'))).toBe(customer);
    expect(host.emulator.customers.size).toBe(2);
  });

  it('nor does an outage that lasts', async () => {
    host.emulator.setFault(CREATE, { status: 500 });
    for (let turn = 0; turn < 5; turn += 1) expectProblem(await host.post('dora'), 502, 'stripe_unavailable');
    host.emulator.setFault(CREATE, undefined);
    // The minute's key is spoilt as well: the next minute's is not.
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    const answer = await host.post('dora');
    jest.restoreAllMocks();
    customerIn(answer);
    expect(host.emulator.customers.size).toBe(2);
  });
});
