import type { CustomerSessionProblem } from '../../src/core/problem.js';
import { type StripeCustomersConfig, stripeCustomers } from '../../src/customers/create-customer.js';

// What a client of the host's own may resolve and reject with, one answer at a time.

const CUSTOMER = { object: 'customer', id: 'cus_1', livemode: false };
const KEY = 'escs-customer-1';

function customersWith(config: Partial<StripeCustomersConfig>, ...answers: unknown[]) {
  const calls: unknown[][] = [];
  const answer = async (...given: unknown[]) => {
    calls.push(given);
    const next = answers.shift();
    if (next instanceof Rejected) throw next.error;
    return next as object;
  };
  const stripe = { customers: { create: answer, retrieve: answer } };
  const directory = stripeCustomers({ stripe, livemode: false, recreate: false, maxInFlight: 1, ...config });
  const waitUntil = performance.now() + 60_000;
  return {
    calls,
    create: () => directory.create({ params: { email: 'ada@shop.example' }, key: KEY, waitUntil }),
    isDeleted: (customer = 'cus_1') => directory.isDeleted(customer, waitUntil),
  };
}

class Rejected {
  constructor(readonly error: unknown) {}
}
const refused = (statusCode: number, more: object = {}) => new Rejected({ statusCode, ...more });

/** The customer as a client that is stripe-node's gives it: with what Stripe echoed. */
function echoing(idempotencyKey: string | undefined, body: object = CUSTOMER): object {
  return Object.defineProperty({ ...body }, 'lastResponse', { value: { idempotencyKey } });
}

async function problemOf(run: Promise<unknown>): Promise<string> {
  const problem: CustomerSessionProblem = await run.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  );
  return `${problem.code} ${problem.reason}`;
}

it('D11 a creation is asked with its key, for at most eight seconds', async () => {
  const { create, calls } = customersWith({}, CUSTOMER);
  expect(await create()).toEqual({ customer: 'cus_1' });
  expect(calls).toEqual([[{ email: 'ada@shop.example' }, { timeout: 8_000, idempotencyKey: KEY }]]);
});

it('D6 a look at a customer is asked for as long, without a key', async () => {
  const { isDeleted, calls } = customersWith({}, { id: 'cus_1', deleted: true }, CUSTOMER);
  expect([await isDeleted(), await isDeleted(), await isDeleted('acct_1')]).toEqual([true, false, false]);
  const call = ['cus_1', {}, { timeout: 8_000 }];
  expect(calls).toEqual([call, call]);
});

it('D11 a creation waits no longer for its turn than it may', async () => {
  const stripe = { customers: { create: () => new Promise<object>(() => undefined) } };
  const directory = stripeCustomers({ stripe, livemode: false, recreate: false, maxInFlight: 1 });
  const creation = { params: {}, key: KEY, waitUntil: performance.now() + 50 };
  void directory.create(creation);
  expect(await problemOf(directory.create(creation))).toBe('overloaded waited');
});

describe('D12 which call an answer belongs to', () => {
  it('is told by the key that it echoes', async () => {
    const other = 'stripe_unavailable OTHER_ANSWER';
    expect(await problemOf(customersWith({}, echoing('escs-customer-2')).create())).toBe(other);
    const echo = { headers: { 'idempotency-key': 'escs-customer-2' } };
    expect(await problemOf(customersWith({}, refused(402, echo)).create())).toBe(other);
    expect(await customersWith({}, echoing(KEY)).create()).toEqual({ customer: 'cus_1' });
  });

  it('is not told by a client that never echoes', async () => {
    const { create } = customersWith({}, CUSTOMER, echoing(undefined));
    expect([await create(), await create()]).toEqual([{ customer: 'cus_1' }, { customer: 'cus_1' }]);
  });

  it('is told by the want of an echo once there was one, but not for an error', async () => {
    const { create, isDeleted } = customersWith({}, echoing(KEY), refused(402), CUSTOMER, CUSTOMER);
    expect(await create()).toEqual({ customer: 'cus_1' });
    expect(await create()).toMatchObject({ why: 'refused' });
    expect(await isDeleted()).toBe(false);
    expect(await problemOf(create())).toBe('stripe_unavailable OTHER_ANSWER');
  });

  it('an echo of another key is not one of Stripe’s', async () => {
    const { create } = customersWith({}, echoing('escs-customer-2'), CUSTOMER);
    await problemOf(create());
    expect(await create()).toEqual({ customer: 'cus_1' });
  });
});

it.each<[string, object]>([
  ['stripe_mismatch object', { ...CUSTOMER, deleted: true }],
  ['stripe_mismatch object', { ...CUSTOMER, object: 'list' }],
  ['stripe_mismatch object', { ...CUSTOMER, id: 'acct_1' }],
  ['stripe_mismatch object', { ...CUSTOMER, object: 'v2.core.account' }],
  ['stripe_mismatch object', { ...CUSTOMER, object: 'list', id: 'acct_1' }],
  ['stripe_mismatch livemode', { ...CUSTOMER, livemode: true }],
  ['stripe_mismatch livemode', { ...CUSTOMER, livemode: undefined }],
])('D12 %s: %j is no customer that was just made', async (problem, body) => {
  expect(await problemOf(customersWith({}, body).create())).toBe(problem);
});

it('D12 nothing at all is none, an account is one, and without a known mode any mode is', async () => {
  expect(await problemOf(customersWith({}, undefined).create())).toBe('stripe_mismatch object');
  const account = { object: 'v2.core.account', id: 'acct_1', livemode: false };
  expect(await customersWith({}, account).create()).toEqual({ customer: 'acct_1' });
  expect(await customersWith({ livemode: undefined }, { ...CUSTOMER, livemode: true }).create()).toEqual({
    customer: 'cus_1',
  });
});

it.each<[string, unknown]>([
  ['in_use', refused(409)],
  ['in_use', refused(409, { rawType: 'idempotency_error' })],
  ['other_params', refused(400, { rawType: 'idempotency_error' })],
  ['kept_failure', refused(500)],
  ['kept_failure', refused(502, { headers: { 'idempotent-replayed': 'true' } })],
  ['failed', refused(502, { headers: { 'idempotent-replayed': 'false' } })],
  ['failed', refused(502, { headers: {} })],
  ['failed', refused(503)],
  ['failed', refused(429, { headers: { 'idempotent-replayed': 'true' } })],
  ['failed', refused(302)],
  ['refused', refused(400, { headers: { 'idempotent-replayed': 'true' } })],
  ['refused', refused(499)],
  ['failed', new Rejected(new Error('ECONNRESET'))],
  ['failed', new Rejected({ statusCode: '400' })],
  ['failed', new Rejected(undefined)],
])('D5 a failure is %s: %j', async (why, answer) => {
  expect(await customersWith({}, answer).create()).toMatchObject({ why });
});

describe('D6 a customer that Stripe does not know', () => {
  const missing = (message: string, more: object = {}) =>
    refused(404, { code: 'resource_missing', message, ...more });
  const vanished = { livemode: false, recreate: 'vanished-test-data' } as const;

  it('has vanished where it is test data, and Stripe names it', async () => {
    expect(await customersWith(vanished, missing("No such customer: 'cus_1'")).isDeleted()).toBe(true);
    expect(await customersWith(vanished, missing("No such customer: 'cus_12'")).isDeleted()).toBe(false);
    expect(await customersWith(vanished, missing('x_cus_1')).isDeleted()).toBe(false);
  });

  it('is kept otherwise: the key may be of another account', async () => {
    for (const config of [
      { recreate: true },
      { ...vanished, livemode: true },
      { ...vanished, livemode: undefined },
    ]) {
      expect(await customersWith(config, missing("No such customer: 'cus_1'")).isDeleted()).toBe(false);
    }
  });

  it.each<[string, unknown]>([
    ['misconfigured', refused(404, { code: 'other', message: 'cus_1' })],
    ['misconfigured', refused(400, { code: 'resource_missing', message: 'cus_1' })],
    ['stripe_unavailable', refused(500)],
    ['stripe_mismatch', { id: 'cus_2', deleted: true }],
    ['stripe_mismatch', 'gone'],
  ])('fails the request where that is not what Stripe says: %s %j', async (code, answer) => {
    expect(await problemOf(customersWith(vanished, answer).isDeleted())).toMatch(new RegExp(`^${code} `));
  });
});
