import type Stripe from 'stripe';
import { callApi } from './api-client.js';
import { clientOf, closeEmulators, start } from './started.js';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 1);
const SESSIONS = 'POST /v1/customer_sessions';

afterEach(closeEmulators);

describe('sessions', () => {
  const components = { payment_element: { enabled: true } };

  test('expire 30 minutes after their creation, or after their claim', async () => {
    let now = START_MS;
    const emulator = await start({ now: () => now });
    const stripe = clientOf(emulator);
    const { id: customer } = emulator.addCustomer();
    const { client_secret: early } = await stripe.customerSessions.create({ customer, components });
    const { client_secret: late } = await stripe.customerSessions.create({ customer, components });
    now += 30 * MINUTE_MS - 1;
    expect(emulator.claim(early).status).toBe('claimed');
    expect(emulator.sessions).toMatchObject([
      { clientSecret: early, customer, claimed: true, expiresAt: now + 30 * MINUTE_MS },
      {
        clientSecret: late,
        customer,
        claimed: false,
        createdAt: START_MS,
        expiresAt: START_MS + 30 * MINUTE_MS,
      },
    ]);
    now += 1;
    expect(emulator.claim(late)).toEqual({ status: 'expired' });
    expect(emulator.claim(early)).toEqual({ status: 'already_claimed' });
    now += 30 * MINUTE_MS;
    expect(emulator.claim(early)).toEqual({ status: 'expired' });
    expect(emulator.claim('cuss_secret_unknown')).toEqual({ status: 'unknown' });
  });

  test('show the payment methods that their component would', async () => {
    const emulator = await start();
    const card = { brand: 'visa', last4: '4242', expMonth: 12, expYear: 2030 };
    const { id: customer } = emulator.addCustomer({
      paymentMethods: [
        card,
        { ...card, last4: '0005', allowRedisplay: 'limited' },
        { ...card, last4: '4444', allowRedisplay: 'unspecified' },
        { ...card, last4: '1117' },
      ],
    });
    expect(emulator.paymentMethods(customer)).toHaveLength(4);
    const shownBy = async (given: Stripe.CustomerSessionCreateParams['components']) => {
      const session = await clientOf(emulator).customerSessions.create({ customer, components: given });
      const claim = emulator.claim(session.client_secret);
      return claim.status === 'claimed' ? claim.paymentMethods.map(({ last4 }) => last4) : claim.status;
    };
    const redisplay = { payment_method_redisplay: 'enabled' } as const;
    const web = (features: object) => shownBy({ payment_element: { enabled: true, features } });
    expect(await web({})).toEqual([]);
    expect(await web(redisplay)).toEqual(['4242', '1117']);
    expect(await web({ ...redisplay, payment_method_redisplay_limit: 1 })).toEqual(['4242']);
    expect(
      await web({ ...redisplay, payment_method_allow_redisplay_filters: ['limited', 'unspecified'] }),
    ).toEqual(['0005', '4444']);
    expect(await shownBy({ customer_sheet: { enabled: true } })).toEqual(['4242', '1117']);
    expect(await shownBy({ pricing_table: { enabled: true } })).toEqual([]);
  });

  test.each([
    ['none', {}, 'parameter_missing', 'components'],
    ['none enabled', { buy_button: { enabled: false } }, undefined, 'components'],
  ])('need a component: %s', async (_, given, code, param) => {
    const emulator = await start();
    const { id: customer } = emulator.addCustomer();
    const { status, body } = await callApi(emulator, SESSIONS, {
      params: { customer, components: given },
    });
    expect([status, body.error?.code, body.error?.param]).toEqual([400, code, param]);
    expect(emulator.sessions).toEqual([]);
  });

  test('refuse a customer that is unknown, deleted, or of another account', async () => {
    const emulator = await start();
    const stripe = clientOf(emulator);
    const { id: deleted } = emulator.addCustomer();
    emulator.deleteCustomer(deleted);
    const { id: elsewhere } = emulator.addCustomer({ account: 'acct_shop' });
    for (const customer of ['cus_unknown', deleted, elsewhere]) {
      await expect(stripe.customerSessions.create({ customer, components })).rejects.toMatchObject({
        statusCode: 400,
        rawType: 'invalid_request_error',
        code: 'resource_missing',
        param: 'customer',
        message: expect.stringContaining(`No such customer: '${customer}'`),
      });
    }
    const own = await stripe.customerSessions.create(
      { customer: elsewhere, components },
      { stripeAccount: 'acct_shop' },
    );
    const byContext = await stripe.customerSessions.create(
      { customer: elsewhere, components },
      { stripeContext: 'acct_platform/acct_shop' },
    );
    expect([own.customer, byContext.customer]).toEqual([elsewhere, elsewhere]);
    expect(emulator.requests.slice(-2)).toMatchObject([
      { account: 'acct_shop', context: undefined },
      { account: undefined, context: 'acct_platform/acct_shop' },
    ]);
  });

  test('are created for an Accounts v2 account', async () => {
    const emulator = await start();
    const { id, customer } = emulator.addAccount({ email: 'ada@example.com' });
    const session = await clientOf(emulator).customerSessions.create({ customer_account: id, components });
    expect(session).toMatchObject({ customer, customer_account: id });
    expect(emulator.customers.get(customer)).toMatchObject({ customerAccount: id, email: 'ada@example.com' });
    await expect(
      clientOf(emulator).customerSessions.create({ customer_account: 'acct_unknown', components }),
    ).rejects.toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'customer_account' });
    await expect(
      clientOf(emulator).customerSessions.create({ customer, customer_account: id, components }),
    ).rejects.toMatchObject({ statusCode: 400, param: 'customer_account' });
  });

  test('answer live mode where told to', async () => {
    const emulator = await start({ livemode: true });
    const { id: customer } = emulator.addCustomer();
    expect(await clientOf(emulator).customerSessions.create({ customer, components })).toMatchObject({
      livemode: true,
    });
    expect(await clientOf(emulator).customers.retrieve(customer)).toMatchObject({ livemode: true });
  });

  test('expire as they are made where stripe-mock is played', async () => {
    const emulator = await start({ sessionLifetimeMs: 0 });
    const { id: customer } = emulator.addCustomer();
    const session = await clientOf(emulator).customerSessions.create({ customer, components });
    expect(session.expires_at).toBe(session.created);
    expect(emulator.claim(session.client_secret)).toEqual({ status: 'expired' });
  });

  test('take a gated feature only where the account was given it', async () => {
    const feature = 'payment_method_remove_last';
    const params = (name: string, value: string) => ({
      customer: 'cus_ada',
      components: { [name]: { enabled: true, features: { [feature]: value } } },
    });
    const closed = await start();
    const open = await start({ gatedFeatures: [feature] });
    closed.addCustomer({ id: 'cus_ada' });
    open.addCustomer({ id: 'cus_ada' });
    for (const name of ['payment_element', 'mobile_payment_element', 'customer_sheet']) {
      const refused = await callApi(closed, SESSIONS, { params: params(name, 'enabled') });
      expect([refused.status, refused.body.error]).toMatchObject([
        400,
        { code: 'parameter_unknown', param: `components[${name}][features][${feature}]` },
      ]);
      const taken = await callApi(open, SESSIONS, { params: params(name, 'enabled') });
      expect(taken.body).toMatchObject({ components: { [name]: { features: { [feature]: 'enabled' } } } });
      expect((await callApi(open, SESSIONS, { params: params(name, 'now and then') })).status).toBe(400);
    }
    expect((await callApi(open, SESSIONS, { params: params('buy_button', 'enabled') })).status).toBe(400);
  });
});

describe('what Stripe.js refuses to render', () => {
  type Usage = 'on_session' | 'off_session' | undefined;

  async function render(
    save: 'enabled' | 'disabled',
    usages: { session?: Usage; intent?: Usage },
    stripeJs?: string,
  ) {
    const emulator = await start();
    const stripe = clientOf(emulator);
    const { id: customer } = emulator.addCustomer();
    const { client_secret: secret } = await stripe.customerSessions.create({
      customer,
      components: {
        payment_element: {
          enabled: true,
          features: {
            payment_method_save: save,
            ...(usages.session && { payment_method_save_usage: usages.session }),
          },
        },
      },
    });
    const { id: intent } = await stripe.paymentIntents.create({
      amount: 1999,
      currency: 'eur',
      customer,
      ...(usages.intent && { setup_future_usage: usages.intent }),
    });
    return emulator.claim(secret, { intent, ...(stripeJs && { stripeJs }) }).status;
  }

  test.each<
    [string, 'enabled' | 'disabled', { session?: Usage; intent?: Usage }, string | undefined, string]
  >([
    ['a usage on the session', 'enabled', { session: 'on_session' }, undefined, 'claimed'],
    ['a usage on the intent', 'enabled', { intent: 'off_session' }, undefined, 'claimed'],
    [
      'a usage on both',
      'enabled',
      { session: 'on_session', intent: 'on_session' },
      undefined,
      'integration_error',
    ],
    ['no usage at all', 'enabled', {}, undefined, 'integration_error'],
    ['no usage and nothing to save', 'disabled', {}, undefined, 'claimed'],
    [
      'a usage on the intent alone, before Dahlia',
      'enabled',
      { intent: 'on_session' },
      'clover',
      'integration_error',
    ],
    [
      'a usage on both, before Dahlia',
      'enabled',
      { session: 'on_session', intent: 'on_session' },
      'clover',
      'claimed',
    ],
    ['no usage and nothing to save, before Dahlia', 'disabled', {}, 'basil', 'claimed'],
    [
      'a usage on both, with Dahlia',
      'enabled',
      { session: 'on_session', intent: 'on_session' },
      'dahlia',
      'integration_error',
    ],
  ])('%s', async (_, save, usages, stripeJs, status) => {
    expect(await render(save, usages, stripeJs)).toBe(status);
  });

  test('a SetupIntent says its usage itself', async () => {
    const emulator = await start();
    const stripe = clientOf(emulator);
    const { id: customer } = emulator.addCustomer();
    const { client_secret: secret } = await stripe.customerSessions.create({
      customer,
      components: { payment_element: { enabled: true, features: { payment_method_save: 'enabled' } } },
    });
    const { id: intent } = await stripe.setupIntents.create({ customer });
    expect(emulator.claim(secret, { intent }).status).toBe('claimed');
  });
});
