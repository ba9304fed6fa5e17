import { type ApiAnswer, callApi } from './api-client.js';
import { clientOf, closeEmulators, start } from './started.js';

const CREATE = 'POST /v1/customers';
const DAY_MS = 24 * 60 * 60 * 1000;

afterEach(closeEmulators);

const keyed = (key: string, more: Record<string, string> = {}) => ({ 'idempotency-key': key, ...more });

function essence({ status, body, headers }: ApiAnswer) {
  return { status, body, replayed: headers.get('idempotent-replayed') };
}

test('a repeated key gets the first answer again, marked, and nothing happens twice', async () => {
  const emulator = await start();
  const params = { email: 'ada@example.com', metadata: { a: '1' } };
  const first = await callApi(emulator, CREATE, { params, headers: keyed('key-1') });
  await clientOf(emulator).customers.update(String(first.body.id), { email: 'new@example.com' });
  // The same parameters in another order.
  const again = await callApi(emulator, CREATE, {
    params: { metadata: { a: '1' }, email: 'ada@example.com' },
    headers: keyed('key-1'),
  });
  expect(essence(first)).toMatchObject({ status: 200, replayed: null });
  expect(essence(again)).toEqual({ status: 200, body: first.body, replayed: 'true' });
  expect(emulator.customers.size).toBe(1);
  expect(again.headers.get('idempotency-key')).toBe('key-1');
  expect(again.headers.get('original-request')).toBe(first.headers.get('request-id'));
  expect(again.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
});

test('a replay brings a deleted customer back, as Stripe does', async () => {
  const emulator = await start();
  const stripe = clientOf(emulator);
  const { id } = await stripe.customers.create({}, { idempotencyKey: 'key-1' });
  await stripe.customers.del(id);
  expect(await stripe.customers.create({}, { idempotencyKey: 'key-1' })).toMatchObject({
    id,
    object: 'customer',
  });
  expect(await stripe.customers.retrieve(id)).toMatchObject({ deleted: true });
});

test('a key with other parameters, or for another endpoint, is refused', async () => {
  const emulator = await start();
  const stripe = clientOf(emulator);
  const { id } = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'key-1' });
  const refusal = { statusCode: 400, type: 'StripeIdempotencyError', rawType: 'idempotency_error' };
  await expect(stripe.customers.create({ name: 'Bob' }, { idempotencyKey: 'key-1' })).rejects.toMatchObject(
    refusal,
  );
  await expect(
    stripe.customers.update(id, { name: 'Ada' }, { idempotencyKey: 'key-1' }),
  ).rejects.toMatchObject(refusal);
  expect(emulator.customers.size).toBe(1);
});

test('a key whose first request is under way answers 409', async () => {
  const emulator = await start();
  emulator.setFault(CREATE, { delayMs: 3_600_000 }, { times: 1 });
  const headers = keyed('key-1');
  void callApi(emulator, CREATE, { headers }).catch(() => undefined);
  while (emulator.requests.length < 1) await new Promise(setImmediate);
  const { status, body } = await callApi(emulator, CREATE, { headers });
  expect([status, body.error]).toMatchObject([
    409,
    { type: 'idempotency_error', code: 'idempotency_key_in_use' },
  ]);
  expect(emulator.customers.size).toBe(0);
});

test('who asks until the key is no longer in use gets the first answer', async () => {
  const emulator = await start();
  emulator.setFault(CREATE, { delayMs: 100 }, { times: 1 });
  const headers = keyed('key-1');
  const first = callApi(emulator, CREATE, { headers });
  while (emulator.requests.length < 1) await new Promise(setImmediate);
  let last = await callApi(emulator, CREATE, { headers });
  while (last.status === 409) last = await callApi(emulator, CREATE, { headers });
  expect(essence(last)).toEqual({ status: 200, body: (await first).body, replayed: 'true' });
  expect(emulator.customers.size).toBe(1);
});

test('keys can be made to expire, but for those in use', async () => {
  const emulator = await start();
  const stripe = clientOf(emulator);
  const { id } = await stripe.customers.create({}, { idempotencyKey: 'key-1' });
  emulator.setFault(CREATE, { delayMs: 3_600_000 }, { times: 1 });
  void callApi(emulator, CREATE, { headers: keyed('key-2') }).catch(() => undefined);
  while (emulator.requests.length < 2) await new Promise(setImmediate);
  emulator.expireIdempotencyKeys();
  expect((await stripe.customers.create({}, { idempotencyKey: 'key-1' })).id).not.toBe(id);
  expect((await callApi(emulator, CREATE, { headers: keyed('key-2') })).status).toBe(409);
});

test('every answer of a POST echoes its key, and none of another method does', async () => {
  const emulator = await start();
  const headers = keyed('key-1');
  emulator.setFault('POST /v1/setup_intents', { transform: () => Object(undefined).missing.member });
  const answers = [
    await callApi(emulator, 'POST /v1/setup_intents', {
      headers: keyed('key-1', { 'stripe-account': 'acct_a' }),
    }),
    await callApi(emulator, CREATE, { headers }),
    await callApi(emulator, CREATE, { headers }),
    await callApi(emulator, CREATE, { headers, params: { name: 'Ada' } }),
    await callApi(emulator, CREATE, { headers, key: null }),
    await callApi(emulator, 'POST /v1/charges', { headers }),
    await callApi(emulator, CREATE, { headers, params: { name: 'a'.repeat(1024 * 1024) } }),
  ];
  expect(answers.map((answer) => [answer.status, answer.headers.get('idempotency-key')])).toEqual(
    [500, 200, 200, 400, 401, 404, 413].map((status) => [status, 'key-1']),
  );
  const list = await callApi(emulator, 'GET /v1/customers', { headers });
  expect([list.status, list.headers.get('idempotency-key')]).toEqual([200, null]);
});

test('a 500 is replayed, and stripe-node retrying with the same key meets it again', async () => {
  const emulator = await start();
  emulator.setFault(CREATE, { status: 500 }, { times: 1 });
  const stripe = clientOf(emulator, { maxNetworkRetries: 1 });
  await expect(stripe.customers.create({}, { idempotencyKey: 'key-1' })).rejects.toMatchObject({
    statusCode: 500,
    type: 'StripeAPIError',
  });
  expect(emulator.requests.map(({ status }) => status)).toEqual([500, 500]);
  const again = await callApi(emulator, CREATE, { headers: keyed('key-1') });
  expect(essence(again)).toMatchObject({ status: 500, replayed: 'true' });
  expect(emulator.customers.size).toBe(0);
});

test.each([400, 401, 403, 404, 409, 429, 502, 503, 504])(
  'a %i, before which nothing was executed, is not kept',
  async (status) => {
    const emulator = await start();
    emulator.setFault(CREATE, { status }, { times: 1 });
    const headers = keyed('key-1');
    expect((await callApi(emulator, CREATE, { headers })).status).toBe(status);
    expect(essence(await callApi(emulator, CREATE, { headers }))).toMatchObject({
      status: 200,
      replayed: null,
    });
  },
);

test('refused parameters are not kept; the miss of a customer is', async () => {
  const emulator = await start();
  const headers = keyed('key-1');
  expect((await callApi(emulator, CREATE, { headers, params: { unheard_of: '1' } })).status).toBe(400);
  expect((await callApi(emulator, CREATE, { headers })).status).toBe(200);
  const request = {
    headers: keyed('key-2'),
    params: { customer: 'cus_ada', components: { buy_button: { enabled: true } } },
  };
  const missed = await callApi(emulator, 'POST /v1/customer_sessions', request);
  emulator.addCustomer({ id: 'cus_ada' });
  const again = await callApi(emulator, 'POST /v1/customer_sessions', request);
  expect([missed.status, essence(again)]).toMatchObject([
    400,
    { status: 400, body: missed.body, replayed: 'true' },
  ]);
});

test('keys belong to an account, and mean nothing to GET', async () => {
  const emulator = await start();
  const ids = [];
  for (const account of [{}, { 'stripe-account': 'acct_a' }, { 'stripe-account': 'acct_b' }]) {
    ids.push((await callApi(emulator, CREATE, { headers: keyed('key-1', account) })).body.id);
  }
  expect(new Set(ids).size).toBe(3);
  const get = await callApi(emulator, 'GET /v1/customers', { headers: keyed('key-1') });
  expect(essence(get)).toMatchObject({ status: 200, replayed: null });
});

test('keys are forgotten after a day', async () => {
  let now = Date.UTC(2026, 0, 1);
  const emulator = await start({ now: () => now });
  const stripe = clientOf(emulator);
  const { id } = await stripe.customers.create({}, { idempotencyKey: 'key-1' });
  now += DAY_MS - 1;
  expect((await stripe.customers.create({}, { idempotencyKey: 'key-1' })).id).toBe(id);
  now += 1;
  expect((await stripe.customers.create({}, { idempotencyKey: 'key-1' })).id).not.toBe(id);
});

test('a key has at most 255 characters', async () => {
  const emulator = await start();
  const status = async (length: number) =>
    (await callApi(emulator, CREATE, { headers: keyed('k'.repeat(length)) })).status;
  expect([await status(255), await status(256)]).toEqual([200, 400]);
});
