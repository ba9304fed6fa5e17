import {
  type CustomerSessionError,
  createCustomerSessionSource,
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

let server: SessionServer;

beforeEach(async () => {
  server = await startSessionServer();
});

afterEach(() => server.close());

const mobile = (id: string) =>
  raw(
    200,
    JSON.stringify({ customerId: 'cus_1', clientSecret: `cuss_secret_fake_${id}`, expiresAt: 4102444800 }),
  );
const nobody = { customerId: 'cus_unavailable', clientSecret: 'cuss_secret_unavailable' };
const noSetup = async () => 'seti_1_secret_fake';

test('the provider gives exactly the two fields that the sheet reads, anew for each call', async () => {
  server.answer(mobile('1'), mobile('2'));
  const provider = customerSheetClientSecretProvider(createCustomerSessionSource(server.url), noSetup);
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
  const errors: CustomerSessionError[] = [];
  const source = createCustomerSessionSource(server.url, {
    timeoutMs: 200,
    onError: (error) => errors.push(error),
  });
  const provider = customerSheetClientSecretProvider(source, noSetup);
  expect(await provider.provideCustomerSessionClientSecret()).toStrictEqual(nobody);
  expect(errors.map((error) => error.code)).toEqual([code]);
});

test('a router of another format has no customer id, with which the sheet would hang', async () => {
  server.answer(session());
  const provider = customerSheetClientSecretProvider(createCustomerSessionSource(server.url), noSetup);
  expect(await provider.provideCustomerSessionClientSecret()).toStrictEqual(nobody);
});

test.each<[string, () => Promise<string>]>([
  ['rejects', () => Promise.reject(new Error('no'))],
  ['gives an empty secret', async () => ''],
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
])('a setup intent function that %s does not reach the sheet', async (_name, broken) => {
  const provider = customerSheetClientSecretProvider(createCustomerSessionSource(server.url), broken);
  expect(await provider.provideSetupIntentClientSecret()).toBe('seti_unavailable_secret_unavailable');
});

test('a setup intent function that hangs is cut', async () => {
  const signals: AbortSignal[] = [];
  const source = createCustomerSessionSource(server.url);
  const provider = customerSheetClientSecretProvider(source, (signal) => {
    signals.push(signal);
    return new Promise(() => {});
  });
  expect(await provider.provideSetupIntentClientSecret()).toBe('seti_unavailable_secret_unavailable');
  expect(signals[0]?.aborted).toBe(true);
}, 10_000);

describe('the forms that the native SDKs accept', () => {
  // stripe-android: CustomerSessionClientSecretValidator, SetupIntent.ClientSecret.
  test('the stand-ins have them', () => {
    expect(nobody.customerId).toMatch(/^cus_\w+$/);
    expect(nobody.clientSecret).toMatch(/^cuss_/);
    expect('seti_unavailable_secret_unavailable').toMatch(/^seti_[^_]+_secret_[^_]+$/);
  });
});

test('PaymentSheet gets the id and the secret under its own names, or nothing', () => {
  const own = { clientSecret: 'cuss_secret_fake', expiresAt: 1 };
  expect(toPaymentSheetParams({ ...own, customerId: 'cus_1' })).toStrictEqual({
    customerId: 'cus_1',
    customerSessionClientSecret: 'cuss_secret_fake',
  });
  expect(toPaymentSheetParams(own)).toStrictEqual({});
  expect(toPaymentSheetParams(null)).toStrictEqual({});
});

test('Stripe.js gets the one option that it knows, or none', () => {
  const own = { clientSecret: 'cuss_secret_fake', expiresAt: 1, customerId: 'cus_1' };
  expect(toElementsOptions(own)).toStrictEqual({ customerSessionClientSecret: 'cuss_secret_fake' });
  expect(toElementsOptions(null)).toStrictEqual({});
  expect(toElementsOptions(undefined)).toStrictEqual({});
});
