import { savedPaymentMethods } from '../../src/index.js';
import { call, expectProblem, fromBrowser } from '../support/call.js';
import { ADA, startHost, type TestHost } from '../support/host.js';

let given: unknown;
let host: TestHost;
let before: { requests: number; limiter: number };
beforeAll(async () => {
  host = await startHost({ options: { resolveCustomer: () => given as never } });
});
afterAll(() => host.close());
beforeEach(() => {
  before = counts();
});

/** How many requests got as far as Stripe, and as the limiter, until now. */
function counts(): typeof before {
  return { requests: host.emulator.requests.length, limiter: host.calls.limiter };
}

const ODD: ReadonlyArray<readonly [name: string, value: unknown, status: number, code: string]> = [
  ['null', null, 409, 'no_customer'],
  ['undefined', undefined, 409, 'no_customer'],
  ['a promise of null', Promise.resolve(null), 409, 'no_customer'],
  ['an empty string', '', 500, 'misconfigured'],
  ['white space', ' ', 500, 'misconfigured'],
  ['a user id', 'ada', 500, 'misconfigured'],
  ['cus_ alone', 'cus_', 500, 'misconfigured'],
  ['capitals', 'CUS_Ada', 500, 'misconfigured'],
  ['a line break at the end', 'cus_Ada\n', 500, 'misconfigured'],
  ['white space in front', ' cus_Ada', 500, 'misconfigured'],
  ['a path', 'cus_Ada/../cus_Bob', 500, 'misconfigured'],
  ['a parameter', 'cus_Ada&customer=cus_Bob', 500, 'misconfigured'],
  ['a NUL', 'cus_Ada\0', 500, 'misconfigured'],
  ['letters of elsewhere', 'cus_Ådа', 500, 'misconfigured'],
  ['249 letters', `cus_${'a'.repeat(249)}`, 500, 'misconfigured'],
  ['1 MB', `cus_${'a'.repeat(1_000_000)}`, 500, 'misconfigured'],
  ['an e-mail address', 'ada@example.com', 500, 'misconfigured'],
  ['a payment method', 'pm_123', 500, 'misconfigured'],
  ['a number', 7, 500, 'misconfigured'],
  ['a promise of a number', Promise.resolve(7), 500, 'misconfigured'],
  ['NaN', Number.NaN, 500, 'misconfigured'],
  ['false', false, 500, 'misconfigured'],
  ['true', true, 500, 'misconfigured'],
  ['a symbol', Symbol('cus_Ada'), 500, 'misconfigured'],
  ['a bigint', 7n, 500, 'misconfigured'],
  ['a function', () => ADA, 500, 'misconfigured'],
  ['an array', [ADA], 500, 'misconfigured'],
  ['a boxed string', new String(ADA), 500, 'misconfigured'],
  ['an empty object', {}, 500, 'misconfigured'],
  ['a Stripe customer', { id: ADA, object: 'customer' }, 500, 'misconfigured'],
  [
    'a class instance',
    new (class {
      customer = ADA;
    })(),
    500,
    'misconfigured',
  ],
  ['both kinds', { customer: ADA, customerAccount: 'acct_1' }, 500, 'misconfigured'],
  ['an account as customer', { customer: 'acct_1' }, 500, 'misconfigured'],
  ['a customer as account', { customerAccount: ADA }, 500, 'misconfigured'],
  ['a number as customer', { customer: 7 }, 500, 'misconfigured'],
  ['another member', { customer: ADA, email: 'ada@example.com' }, 500, 'misconfigured'],
  ['both scopes', { customer: ADA, stripeAccount: 'acct_1', stripeContext: 'acct_1' }, 500, 'misconfigured'],
  ['an array as customer', { customer: [ADA] }, 500, 'misconfigured'],
  ['an array as account', { customerAccount: ['acct_1'] }, 500, 'misconfigured'],
  ['a function with a customer', Object.assign(() => undefined, { customer: ADA }), 500, 'misconfigured'],
  ['something before a customer', 'xcus_Ada', 500, 'misconfigured'],
  ['something before an account', 'xacct_1', 500, 'misconfigured'],
  ['249 letters of an account', `acct_${'a'.repeat(249)}`, 500, 'misconfigured'],
  ['an unclean scope', { customer: ADA, stripeAccount: 'acct_1\r\nX: y' }, 500, 'misconfigured'],
  ['a scope that is no account', { customer: ADA, stripeAccount: 'cus_1' }, 500, 'misconfigured'],
];

it.each(ODD)('H7 %s', async (_name, value, status, code) => {
  given = value;
  expectProblem(await call(host, { headers: fromBrowser(host) }), status, code);
  expect(counts()).toEqual(before);
});

it.each([
  '/acct_1',
  'acct_1/',
  'acct_1//acct_2',
  ' acct_1',
  'acct_1/acct_2 ',
  'acct_1/acct-2',
  'acct_1/../acct_2',
  'a/b/c/d/e/f',
  'a'.repeat(249),
  `a/${'b'.repeat(249)}`,
  ['acct_1'],
])('H7 the stripeContext %p', async (stripeContext) => {
  given = { customer: ADA, stripeContext };
  expectProblem(await call(host, { headers: fromBrowser(host) }), 500, 'misconfigured');
  expect(counts()).toEqual(before);
});

it.each([
  ['ada@example.com', 'gave a string that is not a clean customer id.'],
  [7, 'gave a number.'],
  [{ id: 'cus_1' }, 'gave an object.'],
])('H7 tells the listener what is wrong, but not the value: %p', async (value, told) => {
  given = value;
  await call(host, { headers: fromBrowser(host) });
  const { error, reason } = host.events.at(-1) ?? {};
  expect(reason).toBe('customer_ref');
  expect(String(error)).toContain(
    `TypeError: resolveCustomer ${told} Return 'cus_…', 'acct_…', { customer }`,
  );
  expect(String(error)).not.toContain('ada@example.com');
});

it('H7 an object whose member throws is a 500 internal_error, and its error is for the listener alone', async () => {
  const thrown = new Error('lazy');
  given = {
    get customer() {
      throw thrown;
    },
  };
  expectProblem(await call(host, { headers: fromBrowser(host) }), 500, 'internal_error');
  expect(host.events.at(-1)).toMatchObject({ reason: 'unexpected', error: thrown });
});

it.each([
  [
    'throws',
    () => {
      throw new Error('database');
    },
  ],
  ['rejects', () => Promise.reject(new Error('database'))],
  [
    'throws nothing',
    () => {
      throw undefined;
    },
  ],
  [
    'has a then that throws',
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: a host may return anything
      then: () => {
        throw new Error('then');
      },
    }),
  ],
])('H7 a resolver that %s is a 500 internal_error', async (_name, resolveCustomer) => {
  const failing = await startHost({ options: { resolveCustomer: resolveCustomer as never } });
  const answer = await call(failing, { headers: fromBrowser(failing) });
  expectProblem(answer, 500, 'internal_error');
  expect(answer.text).not.toContain('database');
  expect(failing.emulator.requests).toHaveLength(0);
  await failing.close();
});

it.each([
  ADA,
  Promise.resolve(ADA),
  { customer: ADA },
  { customer: ADA, stripeAccount: undefined },
  Object.assign(Object.create(null), { customer: ADA }),
])('takes the clean reference %p', async (value) => {
  given = value;
  expect((await call(host, { headers: fromBrowser(host) })).status).toBe(200);
  expect(host.emulator.sessions.at(-1)?.customer).toBe(ADA);
});

describe('components that depend on the user', () => {
  const saves = ({ emulator }: TestHost) =>
    emulator.sessions.map(({ customer, components }) => [
      customer,
      components.payment_element?.features?.payment_method_save,
    ]);

  it('H7 are asked for at each request: of two users, and of one whose answer has changed', async () => {
    let adaSaves = true;
    const asked: unknown[] = [];
    const app = await startHost({
      options: {
        components: (user, req) => {
          asked.push([user.name, req.get('x-user')]);
          const saved = user.name === 'ada' && adaSaves;
          return savedPaymentMethods({ save: saved ? 'on_session' : false });
        },
      },
    });
    const bob = app.emulator.addCustomer({}).id;
    app.users.set('bob', bob);
    try {
      for (const user of ['ada', 'bob', 'ada']) {
        const headers = fromBrowser(app, { 'x-user': user });
        expect((await call(app, { headers })).status).toBe(200);
      }
      adaSaves = false;
      expect((await call(app, { headers: fromBrowser(app) })).status).toBe(200);
      expect(saves(app)).toEqual([
        [ADA, 'enabled'],
        [bob, 'disabled'],
        [ADA, 'enabled'],
        [ADA, 'disabled'],
      ]);
      expect(asked).toEqual(['ada', 'bob', 'ada', 'ada'].map((name) => [name, name]));
    } finally {
      await app.close();
    }
  });

  it('H7 that are not clean are a 500, and Stripe is not asked', async () => {
    const app = await startHost({ options: { components: () => ({ payment_element: true }) as never } });
    try {
      expectProblem(await call(app, { headers: fromBrowser(app) }), 500, 'misconfigured');
      expect(app.emulator.requests).toHaveLength(0);
    } finally {
      await app.close();
    }
  });
});
