import { callApi } from './api-client.js';
import { clientOf, closeEmulators, start } from './started.js';

const ACCOUNTS = '/v2/core/accounts';

afterEach(closeEmulators);

test('an account that is a customer is created, found again, and can have sessions and intents', async () => {
  const emulator = await start({ now: () => Date.UTC(2026, 0, 1) });
  const stripe = clientOf(emulator);
  const account = await stripe.v2.core.accounts.create({
    display_name: 'Ada',
    contact_email: 'ada@example.com',
    configuration: { customer: {} },
    metadata: { user: '1' },
  });
  expect(account).toMatchObject({
    object: 'v2.core.account',
    applied_configurations: ['customer'],
    display_name: 'Ada',
    contact_email: 'ada@example.com',
    created: '2026-01-01T00:00:00.000Z',
    metadata: { user: '1' },
    livemode: false,
  });
  expect({ ...(await stripe.v2.core.accounts.retrieve(account.id)) }).toEqual({ ...account });
  const session = await stripe.customerSessions.create({
    customer_account: account.id,
    components: { payment_element: { enabled: true } },
  });
  const customer = String(emulator.sessions[0]?.customer);
  expect(session).toMatchObject({ customer, customer_account: account.id });
  const behind = emulator.customers.get(customer);
  expect(behind).toMatchObject({
    customerAccount: account.id,
    email: 'ada@example.com',
    metadata: { user: '1' },
  });
  expect(await stripe.customers.retrieve(customer)).toMatchObject({
    customer_account: account.id,
  });
});

test('an account that is none has no sessions', async () => {
  const emulator = await start();
  const stripe = clientOf(emulator);
  const { id } = await stripe.v2.core.accounts.create({ display_name: 'A shop' });
  const components = { payment_element: { enabled: true } };
  await expect(stripe.customerSessions.create({ customer_account: id, components })).rejects.toMatchObject({
    code: 'resource_missing',
    param: 'customer_account',
  });
  expect(emulator.customers.size).toBe(0);
});

test('its key gives the same account again, and a failure is tried again', async () => {
  const emulator = await start();
  const stripe = clientOf(emulator);
  emulator.setFault(`POST ${ACCOUNTS}`, { status: 500 }, { times: 1 });
  const create = () => stripe.v2.core.accounts.create({ display_name: 'Ada' }, { idempotencyKey: 'key-1' });
  await expect(create()).rejects.toMatchObject({ statusCode: 500 });
  const { id, lastResponse } = await create();
  const again = await create();
  expect([lastResponse.headers['idempotent-replayed'], again.id]).toEqual([undefined, id]);
  expect(again.lastResponse.headers).toMatchObject({
    'idempotent-replayed': 'true',
    'idempotency-key': 'key-1',
  });
});

test.each([
  ['no version', { 'content-type': 'application/json' }, '{}', 'Stripe API version'],
  ['a form', { 'stripe-version': '2026-09-30.endive' }, 'display_name=Ada', 'application/json'],
  [
    'half a body',
    { 'stripe-version': '2026-09-30.endive', 'content-type': 'application/json' },
    '{',
    'valid JSON',
  ],
  [
    'no object',
    { 'stripe-version': '2026-09-30.endive', 'content-type': 'application/json' },
    '"Ada"',
    'JSON object',
  ],
  [
    'an unknown field',
    { 'stripe-version': '2026-09-30.endive', 'content-type': 'application/json' },
    '{"nickname":"Ada"}',
    'unknown parameter: nickname',
  ],
])('a request with %s is refused', async (_, headers, body, message) => {
  const emulator = await start();
  const answer = await fetch(`${emulator.url}${ACCOUNTS}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${emulator.secretKey}`, ...headers },
    body,
  });
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(message)]);
});

test('an account that is unknown, or of another account, is not found', async () => {
  const emulator = await start();
  const { id } = emulator.addAccount({ account: 'acct_shop' });
  const headers = { 'stripe-version': '2026-09-30.endive' };
  const unknown = await callApi(emulator, `GET ${ACCOUNTS}/acct_none`, { headers });
  const elsewhere = await callApi(emulator, `GET ${ACCOUNTS}/${id}`, { headers });
  expect([unknown, elsewhere].map(({ status, body }) => [status, body.error?.code])).toEqual([
    [404, 'not_found'],
    [404, 'not_found'],
  ]);
});
