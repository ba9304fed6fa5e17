import { callApi } from './api-client.js';
import { clientOf, closeEmulators, start } from './started.js';

afterEach(closeEmulators);

test('a PaymentIntent of a customer is created, and found again', async () => {
  const emulator = await start();
  const stripe = clientOf(emulator);
  const { id: customer } = emulator.addCustomer();
  const intent = await stripe.paymentIntents.create({
    amount: 1999,
    currency: 'eur',
    customer,
    setup_future_usage: 'off_session',
    automatic_payment_methods: { enabled: true },
    metadata: { order: '7' },
  });
  expect(intent).toMatchObject({
    object: 'payment_intent',
    amount: 1999,
    currency: 'eur',
    customer,
    setup_future_usage: 'off_session',
    automatic_payment_methods: { enabled: true },
    metadata: { order: '7' },
    status: 'requires_payment_method',
    livemode: false,
  });
  expect(intent.client_secret).toMatch(new RegExp(`^${intent.id}_secret_\\w{25}$`));
  const found = await stripe.paymentIntents.retrieve(intent.id);
  expect({ ...found }).toEqual({ ...intent });
});

test('a SetupIntent of a customer is created, and found again', async () => {
  const emulator = await start();
  const stripe = clientOf(emulator);
  const { id: customer } = emulator.addCustomer();
  const intent = await stripe.setupIntents.create({ customer });
  expect(intent).toMatchObject({ object: 'setup_intent', customer, usage: 'off_session' });
  expect(intent.client_secret).toMatch(new RegExp(`^${intent.id}_secret_`));
  expect({ ...(await stripe.setupIntents.retrieve(intent.id)) }).toEqual({ ...intent });
});

test('an intent of an account names it', async () => {
  const emulator = await start();
  const { id } = emulator.addAccount();
  const intent = await clientOf(emulator).paymentIntents.create({
    amount: 1,
    currency: 'eur',
    customer_account: id,
  });
  expect(intent).toMatchObject({ customer: null, customer_account: id });
});

test('an intent is found as its own kind and in its own account only', async () => {
  const emulator = await start();
  const { id } = await clientOf(emulator).paymentIntents.create(
    { amount: 1, currency: 'eur' },
    { stripeAccount: 'acct_shop' },
  );
  const shop = { headers: { 'stripe-account': 'acct_shop' } };
  const statuses = [
    await callApi(emulator, `GET /v1/payment_intents/${id}`, shop),
    await callApi(emulator, `GET /v1/payment_intents/${id}`),
    await callApi(emulator, `GET /v1/setup_intents/${id}`, shop),
  ].map(({ status }) => status);
  expect(statuses).toEqual([200, 404, 404]);
});

test.each([
  [{ currency: 'eur' }, 'amount', 'parameter_missing'],
  [{ amount: 0, currency: 'eur' }, 'amount', 'parameter_invalid_integer'],
  [{ amount: 1 }, 'currency', 'parameter_missing'],
  [{ amount: 1, currency: 'eur', customer: 'cus_none' }, 'customer', 'resource_missing'],
  [{ amount: 1, currency: 'eur', customer_account: 'acct_none' }, 'customer_account', 'resource_missing'],
  [{ amount: 1, currency: 'eur', setup_future_usage: 'later' }, 'setup_future_usage', undefined],
  [{ amount: 1, currency: 'eur', confirm: true }, 'confirm', 'parameter_unknown'],
])('a PaymentIntent of %j is refused', async (params, param, code) => {
  const { status, body } = await callApi(await start(), 'POST /v1/payment_intents', { params });
  expect([status, body.error?.param, body.error?.code]).toEqual([400, param, code]);
});
