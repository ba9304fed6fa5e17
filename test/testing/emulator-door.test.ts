import Stripe from 'stripe';
import { callApi } from './api-client.js';
import { closeEmulators, start } from './started.js';

afterEach(closeEmulators);

describe('the door', () => {
  const stranger = 'sk_test_somebody_elses_0123';

  test.each([
    ['no key', null, undefined],
    ['an unknown key', stranger, undefined],
    ['a live key', 'sk_live_somebody_elses_0123', undefined],
    ['a publishable key', 'pk_test_somebody_elses_0123', 'secret_key_required'],
  ])('answers 401 to %s, and keeps it to itself', async (_, key, code) => {
    const emulator = await start();
    const { status, body, headers } = await callApi(emulator, 'GET /v1/customers', { key });
    expect([status, body.error?.type, body.error?.code]).toEqual([401, 'invalid_request_error', code]);
    expect(headers.get('request-id')).toMatch(/^req_/);
    expect(JSON.stringify([body, emulator.requests])).not.toContain('somebody_elses');
  });

  test('takes the key as the user name of Basic too', async () => {
    const emulator = await start();
    const basic = Buffer.from(`${emulator.secretKey}:`).toString('base64');
    const headers = { authorization: `Basic ${basic}` };
    expect((await callApi(emulator, 'GET /v1/customers', { key: null, headers })).status).toBe(200);
  });

  test('gives a restricted key its routes and no other', async () => {
    const rk = 'rk_test_sessions0001';
    const emulator = await start({ restrictedKeys: { [rk]: ['POST /v1/customer_sessions'] } });
    const { id: customer } = emulator.addCustomer();
    const restricted = new Stripe(rk, { ...emulator.stripeConfig });
    const session = await restricted.customerSessions.create({
      customer,
      components: { buy_button: { enabled: true } },
    });
    expect(session.customer).toBe(customer);
    await expect(restricted.customers.retrieve(customer)).rejects.toMatchObject({
      statusCode: 403,
      type: 'StripePermissionError',
      rawType: 'invalid_request_error',
    });
  });

  test.each([
    ['GET /v1/charges', 404, /GET: \/v1\/charges/],
    ['PUT /v1/customers', 404, /PUT: \/v1\/customers/],
    ['GET /', 404, /GET: \//],
  ])('does not know %s', async (route, status, message) => {
    const emulator = await start();
    const answer = await callApi(emulator, route);
    expect([answer.status, answer.body.error?.type]).toEqual([status, 'invalid_request_error']);
    expect(answer.body.error?.message).toMatch(message);
    expect(emulator.requests).toMatchObject([{ route: undefined, status: 404 }]);
  });

  test.each(['application/json', 'multipart/form-data; boundary=x', 'text/plain'])(
    'refuses a body of %s',
    async (type) => {
      const emulator = await start();
      const { status, body } = await callApi(emulator, 'POST /v1/customers', {
        params: { email: 'ada@example.com' },
        headers: { 'content-type': type },
      });
      expect([status, body.error?.type]).toEqual([400, 'invalid_request_error']);
      expect(emulator.customers.size).toBe(0);
    },
  );

  test.each([
    ['a parameter that is value and object', 'a=1&a[b]=2'],
    ['a name of brackets', '[a]=1'],
  ])('refuses %s', async (_, body) => {
    const emulator = await start();
    const answer = await fetch(`${emulator.url}/v1/customers`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${emulator.secretKey}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body,
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });

  test('refuses a body beyond its limit', async () => {
    const emulator = await start();
    const answer = await callApi(emulator, 'POST /v1/customers', {
      params: { name: 'a'.repeat(1024 * 1024) },
    });
    expect(answer.status).toBe(413);
  });

  test.each([
    [{ 'stripe-version': 'latest' }, 400, undefined],
    [{ 'stripe-account': 'shop' }, 403, 'account_invalid'],
    [{ 'stripe-account': 'acct_a', 'stripe-context': 'acct_b' }, 403, 'account_invalid'],
  ])('refuses the headers %j', async (headers, status, code) => {
    const emulator = await start();
    const answer = await callApi(emulator, 'GET /v1/customers', { headers });
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
  });
});
