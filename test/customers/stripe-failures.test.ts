import { expectProblem } from '../support/call.js';
import { type DirectoryHost, startDirectoryHost } from './support/directory-host.js';

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
    expect(host.events.at(-1)).toMatchObject({ stripeStatus: status, reason: expect.any(String) });
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
    ["an account's id", { id: 'acct_1' }],
    ['a deleted customer', { deleted: true }],
    ['a live customer for a test key', { livemode: true }],
  ])('an answer that is %s is no customer: 502 stripe_mismatch, and no row', async (_what, change) => {
    host.emulator.setFault(CREATE, { transform: (answer) => ({ ...answer, ...change }) });
    expectProblem(await host.post('dora'), 502, 'stripe_mismatch');
    expect((await host.store.get('test', 'dora'))?.customer).toBeUndefined();
  });
});
