import {
  type CustomerSessionSource,
  customerSheetClientSecretProvider,
  toElementsOptions,
  toPaymentSheetParams,
} from '../../src/client/index.js';
import {
  hang,
  problem,
  raw,
  type SessionServer,
  session,
  startSessionServer,
} from './support/session-server.js';
import { sourceKeeper } from './support/sources.js';

const keeper = sourceKeeper();
let server: SessionServer;

beforeEach(async () => {
  server = await startSessionServer();
});

afterEach(async () => {
  keeper.clear();
  await server.close();
});

const mobile = (id: string) =>
  raw(
    200,
    JSON.stringify({ customerId: 'cus_1', clientSecret: `cuss_secret_fake_${id}`, expiresAt: 4102444800 }),
  );
const nobody = { customerId: 'cus_unavailable', clientSecret: 'cuss_secret_unavailable' };
const noSetup = async () => 'seti_1_secret_fake';

test('the provider gives exactly the two fields that the sheet reads, anew for each call', async () => {
  server.answer(mobile('1'), mobile('2'));
  const provider = customerSheetClientSecretProvider(keeper.source(server.url), noSetup);
  expect(await provider.provideCustomerSessionClientSecret()).toStrictEqual({
    customerId: 'cus_1',
    clientSecret: 'cuss_secret_fake_1',
  });
  expect(await provider.provideCustomerSessionClientSecret()).toStrictEqual({
    customerId: 'cus_1',
    clientSecret: 'cuss_secret_fake_2',
  });
  expect(await provider.provideSetupIntentClientSecret()).toBe('seti_1_secret_fake');
});

test.each([
  ['a refusal', problem(409, 'no_customer'), 'no_customer'],
  ['nobody signed in', problem(401, 'unauthenticated'), 'unauthenticated'],
  ['junk', raw(200, '<html>'), 'invalid_response'],
  ['no answer', hang, 'timeout'],
])('%s neither hangs nor throws: the sheet gets what Stripe refuses', async (_name, answer, code) => {
  server.answer(answer);
  const source = keeper.source(server.url, code === 'timeout' ? { timeoutMs: 100 } : {});
  const provider = customerSheetClientSecretProvider(source, noSetup);
  expect(await provider.provideCustomerSessionClientSecret()).toStrictEqual(nobody);
  expect(keeper.codes()).toEqual([code]);
});

test.each([
  ['another format', session()],
  ['an empty id', raw(200, '{"customerId":"","clientSecret":"cuss_secret_fake","expiresAt":4102444800}')],
  [
    'an id that is none',
    raw(200, '{"customerId":1,"clientSecret":"cuss_secret_fake","expiresAt":4102444800}'),
  ],
])('a router of %s has no customer id, with which the sheet would hang', async (_name, answer) => {
  server.answer(answer);
  const provider = customerSheetClientSecretProvider(keeper.source(server.url), noSetup);
  expect(await provider.provideCustomerSessionClientSecret()).toStrictEqual(nobody);
});

const broken: [string, () => Promise<never>][] = [
  ['rejects', () => Promise.reject(new Error('no'))],
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
];

test.each(broken)('a setup intent function that %s does not reach the sheet', async (_name, fail) => {
  const provider = customerSheetClientSecretProvider(keeper.source(server.url), fail);
  expect(await provider.provideSetupIntentClientSecret()).toBe('seti_unavailable_secret_unavailable');
});

test('a setup intent function that gives an empty secret does not reach the sheet', async () => {
  const provider = customerSheetClientSecretProvider(keeper.source(server.url), async () => '');
  expect(await provider.provideSetupIntentClientSecret()).toBe('seti_unavailable_secret_unavailable');
});

test.each(broken)('a source of somebody else’s that %s does not reach the sheet', async (_name, get) => {
  const source: Pick<CustomerSessionSource, 'get'> = { get };
  const provider = customerSheetClientSecretProvider(source, noSetup);
  expect(await provider.provideCustomerSessionClientSecret()).toStrictEqual(nobody);
});

test('what hangs is cut after 30 seconds', async () => {
  jest.useFakeTimers();
  try {
    const signals: AbortSignal[] = [];
    const provider = customerSheetClientSecretProvider({ get: () => new Promise(() => {}) }, (signal) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    const answers = Promise.all([
      provider.provideCustomerSessionClientSecret(),
      provider.provideSetupIntentClientSecret(),
    ]);
    await jest.advanceTimersByTimeAsync(30_000);
    expect(await answers).toEqual([nobody, 'seti_unavailable_secret_unavailable']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  } finally {
    jest.useRealTimers();
  }
});

describe('the forms that the native SDKs accept', () => {
  // stripe-android: CustomerSessionClientSecretValidator, SetupIntent.ClientSecret.
  test('the stand-ins have them', () => {
    expect(nobody.customerId).toMatch(/^cus_\w+$/);
    expect(nobody.clientSecret).toMatch(/^cuss_/);
    expect('seti_unavailable_secret_unavailable').toMatch(/^seti_[^_]+_secret_[^_]+$/);
  });
});

test('PaymentSheet gets the id and the secret under its own names, or nothing', () => {
  const own = { clientSecret: 'cuss_secret_fake', expiresAt: new Date() };
  expect(toPaymentSheetParams({ ...own, customerId: 'cus_1' })).toStrictEqual({
    customerId: 'cus_1',
    customerSessionClientSecret: 'cuss_secret_fake',
  });
  expect(toPaymentSheetParams(own)).toStrictEqual({});
  expect(toPaymentSheetParams(null)).toStrictEqual({});
});

test('Stripe.js gets the one option that it knows, or none', () => {
  const own = { clientSecret: 'cuss_secret_fake', expiresAt: new Date(), customerId: 'cus_1' };
  expect(toElementsOptions(own)).toStrictEqual({ customerSessionClientSecret: 'cuss_secret_fake' });
  expect(toElementsOptions(null)).toStrictEqual({});
  expect(toElementsOptions(undefined)).toStrictEqual({});
});
