import { callApi } from './api-client.js';
import { clientOf, closeEmulators, start } from './started.js';

afterEach(closeEmulators);

describe('customers', () => {
  test('page through all of the account, newest first, without the deleted', async () => {
    const emulator = await start();
    const stripe = clientOf(emulator);
    const ids = Array.from({ length: 25 }, () => emulator.addCustomer().id).toReversed();
    emulator.addCustomer({ account: 'acct_shop' });
    emulator.deleteCustomer(emulator.addCustomer().id);
    const seen: string[] = [];
    for await (const { id } of stripe.customers.list({ limit: 7 })) seen.push(id);
    expect(seen).toEqual(ids);
    const first = await stripe.customers.list();
    expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/customers' });
    expect(first.data).toHaveLength(10);
    const back = await stripe.customers.list({ ending_before: ids[5] ?? '', limit: 2 });
    expect([back.data.map(({ id }) => id), back.has_more]).toEqual([ids.slice(3, 5), true]);
  });

  test('are found by their whole e-mail address', async () => {
    const emulator = await start();
    const { id } = emulator.addCustomer({ email: 'ada@example.com' });
    emulator.addCustomer({ email: 'ADA@example.com' });
    const { data } = await clientOf(emulator).customers.list({ email: 'ada@example.com' });
    expect(data.map((customer) => customer.id)).toEqual([id]);
  });

  test.each([
    { limit: 0 },
    { limit: 101 },
    { starting_after: 'cus_unknown' },
    { starting_after: 'cus_a', ending_before: 'cus_b' },
    { test_clock: 'clock_1' },
  ])('refuse %j', async (params) => {
    const emulator = await start();
    const { status, body } = await callApi(emulator, 'GET /v1/customers', { params });
    expect([status, body.error?.type]).toEqual([400, 'invalid_request_error']);
  });
});

describe('payment methods', () => {
  async function adasMethods() {
    const emulator = await start();
    const { id } = emulator.addCustomer({
      paymentMethods: [
        {},
        { last4: '0005', allowRedisplay: 'limited' },
        { type: 'sepa_debit', allowRedisplay: 'unspecified' },
      ],
    });
    const ids = emulator.paymentMethods(id).map((method) => method.id);
    return { emulator, stripe: clientOf(emulator), id, ids };
  }

  test('of a customer, as Stripe describes them', async () => {
    const { stripe, id, ids } = await adasMethods();
    const listed = await stripe.customers.listPaymentMethods(id);
    expect(listed).toMatchObject({
      object: 'list',
      has_more: false,
      url: `/v1/customers/${id}/payment_methods`,
    });
    expect(listed.data.map((method) => method.id)).toEqual(ids);
    expect(listed.data[0]).toMatchObject({
      object: 'payment_method',
      type: 'card',
      card: { brand: 'visa', last4: '4242', exp_month: 12 },
      allow_redisplay: 'always',
      customer: id,
    });
    expect(listed.data[2]).toMatchObject({ type: 'sepa_debit', allow_redisplay: 'unspecified' });
    expect(listed.data[2]).not.toHaveProperty('card');
  });

  test('by kind, by consent, and in pages', async () => {
    const { stripe, id, ids } = await adasMethods();
    const idsOf = async (params: Parameters<typeof stripe.customers.listPaymentMethods>[1]) =>
      (await stripe.customers.listPaymentMethods(id, params)).data.map((method) => method.id);
    expect(await idsOf({ type: 'card' })).toEqual(ids.slice(0, 2));
    expect(await idsOf({ type: 'link' })).toEqual([]);
    expect(await idsOf({ allow_redisplay: 'limited' })).toEqual([ids[1]]);
    expect(await idsOf({ type: 'card', allow_redisplay: 'unspecified' })).toEqual([]);
    const seen: string[] = [];
    for await (const method of stripe.customers.listPaymentMethods(id, { limit: 1 })) seen.push(method.id);
    expect(seen).toEqual(ids);
  });

  test.each([{ limit: 0 }, { allow_redisplay: 'sometimes' }, { starting_after: 'pm_unknown' }])(
    'refuse %j',
    async (params) => {
      const { emulator, id } = await adasMethods();
      const route = `GET /v1/customers/${id}/payment_methods`;
      const { status, body } = await callApi(emulator, route, { params });
      expect([status, body.error?.type]).toEqual([400, 'invalid_request_error']);
    },
  );

  test('are gone with their customer, and of no other account', async () => {
    const { emulator, id } = await adasMethods();
    const route = `GET /v1/customers/${id}/payment_methods`;
    const elsewhere = await callApi(emulator, route, { headers: { 'stripe-account': 'acct_shop' } });
    emulator.deleteCustomer(id);
    expect([elsewhere.status, (await callApi(emulator, route)).status]).toEqual([404, 404]);
  });
});
