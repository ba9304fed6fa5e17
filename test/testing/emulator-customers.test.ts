import fc from 'fast-check';
import { callApi } from './api-client.js';
import { clientOf, closeEmulators, start } from './started.js';

afterEach(closeEmulators);

describe('customers', () => {
  test('live from their creation through updates to their deletion', async () => {
    const emulator = await start();
    const stripe = clientOf(emulator);
    const { id } = await stripe.customers.create({
      email: 'ada@example.com',
      name: 'Ada',
      metadata: { user: '1', plan: 'free' },
      address: { city: 'London', line1: '' },
    });
    expect(await stripe.customers.retrieve(id)).toMatchObject({
      object: 'customer',
      email: 'ada@example.com',
      address: { city: 'London', line1: null },
      preferred_locales: [],
    });
    const updated = await stripe.customers.update(id, {
      name: '',
      business_name: '',
      metadata: { plan: '', seats: '3' },
      invoice_settings: { footer: 'Thanks' },
      tax_exempt: '',
    });
    expect(updated).toMatchObject({
      name: null,
      email: 'ada@example.com',
      metadata: { user: '1', seats: '3' },
      invoice_settings: { footer: 'Thanks', custom_fields: null },
      tax_exempt: 'none',
    });
    expect(updated).not.toHaveProperty('business_name');
    expect(emulator.customers.get(id)).toMatchObject({ name: null, metadata: { user: '1', seats: '3' } });
    expect(await stripe.customers.del(id)).toMatchObject({ id, deleted: true });
    expect(await stripe.customers.retrieve(id)).toMatchObject({ id, object: 'customer', deleted: true });
    expect(emulator.customers.get(id)).toMatchObject({ deleted: true });
  });

  test('clear all metadata by the empty string', async () => {
    const emulator = await start();
    const { id } = emulator.addCustomer({ metadata: { a: '1' } });
    expect(await clientOf(emulator).customers.update(id, { metadata: '' })).toMatchObject({ metadata: {} });
  });

  test('keep any text that stripe-node sends', async () => {
    const emulator = await start();
    const stripe = clientOf(emulator);
    const key = fc.stringMatching(/^[\w .:-]{1,40}$/);
    const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, value, { maxKeys: 5 }), value, async (metadata, description) => {
        const customer = await stripe.customers.create({ metadata, description });
        expect([customer.metadata, customer.description]).toEqual([{ ...metadata }, description]);
      }),
      { numRuns: 100 },
    );
  });

  test.each(['GET', 'POST', 'DELETE'])('answer 404 to %s of one that is not there', async (method) => {
    const emulator = await start();
    const { id: elsewhere } = emulator.addCustomer({ account: 'acct_shop' });
    for (const id of ['cus_unknown', elsewhere]) {
      const { status, body } = await callApi(emulator, `${method} /v1/customers/${id}`);
      expect([status, body.error]).toMatchObject([
        404,
        { type: 'invalid_request_error', code: 'resource_missing', param: 'id' },
      ]);
    }
  });

  test.each(['POST', 'DELETE'])('answer 404 to %s of a deleted one', async (method) => {
    const emulator = await start();
    const { id } = emulator.addCustomer();
    emulator.deleteCustomer(id);
    expect((await callApi(emulator, `${method} /v1/customers/${id}`)).status).toBe(404);
  });

  test.each([
    [{ unheard_of: '1' }, 'unheard_of', 'parameter_unknown'],
    [{ email: 'ada' }, 'email', 'email_invalid'],
    [{ invoice_prefix: '' }, 'invoice_prefix', 'parameter_invalid_empty'],
    [{ next_invoice_sequence: 0 }, 'next_invoice_sequence', 'parameter_invalid_integer'],
    [{ balance: '9007199254740993' }, 'balance', 'parameter_invalid_integer'],
    [{ metadata: { [`k${'x'.repeat(40)}`]: '1' } }, `metadata[k${'x'.repeat(40)}]`, undefined],
    [{ metadata: { key: 'x'.repeat(501) } }, 'metadata[key]', undefined],
    [{ metadata: 'text' }, 'metadata', undefined],
    [{ payment_method: 'pm_card_visa' }, 'payment_method', 'parameter_unknown'],
    [
      { invoice_settings: { default_payment_method: 'pm_card_visa' } },
      'invoice_settings[default_payment_method]',
      'resource_missing',
    ],
  ])('refuse %j', async (params, param, code) => {
    const emulator = await start();
    const { status, body } = await callApi(emulator, 'POST /v1/customers', { params });
    expect([status, body.error?.param, body.error?.code]).toEqual([400, param, code]);
    expect(emulator.customers.size).toBe(0);
  });

  test('refuse metadata of more than fifty keys', async () => {
    const emulator = await start();
    const metadata = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, '1']));
    const { status, body } = await callApi(emulator, 'POST /v1/customers', { params: { metadata } });
    expect([status, body.error?.param]).toEqual([400, 'metadata']);
  });

  test('have a payment method of theirs as the default', async () => {
    const emulator = await start();
    const card = { brand: 'visa', last4: '4242', expMonth: 12, expYear: 2030 };
    const { id } = emulator.addCustomer({ paymentMethods: [card] });
    const method = emulator.paymentMethods(id)[0]?.id ?? 'none';
    const updated = await clientOf(emulator).customers.update(id, {
      invoice_settings: { default_payment_method: method },
    });
    expect(updated.invoice_settings.default_payment_method).toBe(method);
  });
});

describe('seeding', () => {
  test.each([
    ['a malformed id', { id: 'ada' }],
    ['a malformed account', { account: 'shop' }],
  ])('refuses %s', async (_, customer) => {
    const emulator = await start();
    expect(() => emulator.addCustomer(customer)).toThrow(TypeError);
  });

  test('refuses an id that is taken, and the deletion of nobody', async () => {
    const emulator = await start();
    emulator.addCustomer({ id: 'cus_ada' });
    emulator.addAccount({ id: 'acct_ada' });
    expect(() => emulator.addCustomer({ id: 'cus_ada' })).toThrow(TypeError);
    expect(() => emulator.addAccount({ id: 'acct_ada' })).toThrow(TypeError);
    expect(() => emulator.deleteCustomer('cus_bob')).toThrow(TypeError);
    expect(emulator.paymentMethods('cus_bob')).toEqual([]);
  });
});
