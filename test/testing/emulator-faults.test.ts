import { Agent } from 'node:https';
import type { StripeEmulatorFault } from '../../src/testing/index.js';
import { localCertificate } from '../support/certificate.js';
import { callApi } from './api-client.js';
import { clientOf, closeEmulators, start } from './started.js';

const CREATE = 'POST /v1/customers';
const SESSIONS = 'POST /v1/customer_sessions';

afterEach(closeEmulators);

describe.each(['http', 'https'] as const)('resets over %s', (protocol) => {
  async function reset(when: 'before' | 'after') {
    const tls = await localCertificate();
    const secure = protocol === 'https';
    const emulator = await start(secure ? { tls } : {});
    emulator.setFault(CREATE, { reset: when });
    const stripe = clientOf(emulator, secure ? { httpAgent: new Agent({ ca: tls.cert }) } : {});
    await expect(stripe.customers.create()).rejects.toMatchObject({ type: 'StripeConnectionError' });
    return emulator;
  }

  test('before: nothing was processed', async () => {
    const emulator = await reset('before');
    expect(emulator.customers.size).toBe(0);
    expect(emulator.requests.every(({ status }) => status === undefined)).toBe(true);
  });

  test('after: it was processed once, and a retry with the key finds it', async () => {
    const emulator = await reset('after');
    // stripe-node retries a reset once by itself, with the same key.
    expect(emulator.requests).toHaveLength(2);
    expect(emulator.customers.size).toBe(1);
    expect(emulator.requests.map(({ status }) => status)).toEqual([undefined, undefined]);
  });
});

test('an answer can take its time, and all answers can', async () => {
  const emulator = await start();
  const finished: string[] = [];
  const list = (name: string) => callApi(emulator, 'GET /v1/customers').then(() => finished.push(name));
  emulator.setFault('GET /v1/customers', { delayMs: 200 }, { times: 1 });
  const slow = list('slow');
  while (emulator.requests.length < 1) await new Promise(setImmediate);
  await list('fast');
  await slow;
  expect(finished).toEqual(['fast', 'slow']);
  emulator.setLatency(100);
  const startedAt = performance.now();
  await list('late');
  // A timer may fire a millisecond early.
  expect(performance.now() - startedAt).toBeGreaterThan(95);
});

test('a hanging route answers nobody until the client gives up', async () => {
  const emulator = await start();
  emulator.setFault('GET /v1/customers', { hang: true }, { times: 1 });
  const stripe = clientOf(emulator, { timeout: 100 });
  await expect(stripe.customers.list()).rejects.toThrow(/timeout|aborted/i);
  expect(emulator.requests[0]).toMatchObject({ status: undefined });
});

test.each<[StripeEmulatorFault, object]>([
  [{ status: 400 }, { type: 'invalid_request_error' }],
  [{ status: 402 }, { type: 'card_error' }],
  [{ status: 429 }, { type: 'invalid_request_error', code: 'rate_limit' }],
  [{ status: 500 }, { type: 'api_error' }],
  [
    { status: 503, error: { message: 'Closed' } },
    { type: 'api_error', message: 'Closed' },
  ],
  [
    { status: 403, error: { code: 'account_invalid' } },
    { type: 'invalid_request_error', code: 'account_invalid' },
  ],
])('%j answers in place of processing', async (fault, error) => {
  const emulator = await start();
  emulator.setFault(CREATE, fault);
  const answer = await callApi(emulator, CREATE);
  expect([answer.status, answer.body.error]).toMatchObject([fault.status, error]);
  expect(answer.headers.get('request-id')).toMatch(/^req_/);
  expect(emulator.customers.size).toBe(0);
});

test('an error alone answers 400', async () => {
  const emulator = await start();
  emulator.setFault(CREATE, { error: { code: 'resource_missing', param: 'customer' } });
  const { status, body } = await callApi(emulator, CREATE);
  expect([status, body.error]).toMatchObject([400, { code: 'resource_missing', param: 'customer' }]);
});

test('headers, status and body can be bent after processing', async () => {
  const emulator = await start();
  emulator.setFault(CREATE, {
    status: 202,
    headers: { 'x-odd': 'yes', 'content-type': 'text/html' },
    rawBody: '{"object":"cus',
  });
  const answer = await fetch(`${emulator.url}/v1/customers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${emulator.secretKey}` },
  });
  expect([answer.status, answer.headers.get('x-odd'), answer.headers.get('content-type')]).toEqual([
    202,
    'yes',
    'text/html',
  ]);
  expect(await answer.text()).toBe('{"object":"cus');
  expect(emulator.customers.size).toBe(1);
});

test('a transform changes every other answer, and no error', async () => {
  const emulator = await start();
  const { id: customer } = emulator.addCustomer();
  emulator.setFault(SESSIONS, {
    transform: (answer, requestNumber) =>
      requestNumber % 2 === 0 ? { ...answer, customer: 'cus_other' } : answer,
  });
  const stripe = clientOf(emulator);
  const components = { buy_button: { enabled: true } };
  const customers = [];
  for (let turn = 0; turn < 4; turn += 1) {
    customers.push((await stripe.customerSessions.create({ customer, components })).customer);
  }
  expect(customers).toEqual([customer, 'cus_other', customer, 'cus_other']);
  expect(emulator.sessions.every((session) => session.customer === customer)).toBe(true);
  await stripe.customerSessions.create({ customer, components });
  const missing = await callApi(emulator, SESSIONS, {
    params: { customer: 'cus_none', components: { buy_button: { enabled: true } } },
  });
  expect(missing.body).not.toHaveProperty('customer');
});

test('a transform that changes its argument in place changes nothing else', async () => {
  const emulator = await start();
  const { id: customer } = emulator.addCustomer();
  emulator.setFault(
    SESSIONS,
    {
      transform: (answer) => {
        for (const component of Object.values(Object(answer.components))) Object(component).enabled = false;
        return answer;
      },
    },
    { times: 1 },
  );
  const request = {
    params: { customer, components: { buy_button: { enabled: true } } },
    headers: { 'idempotency-key': 'key-1' },
  };
  const bent = await callApi(emulator, SESSIONS, request);
  const kept = await callApi(emulator, SESSIONS, request);
  expect([bent.body, kept.body, emulator.sessions[0]]).toMatchObject([
    { components: { buy_button: { enabled: false } } },
    { components: { buy_button: { enabled: true } } },
    { components: { buy_button: { enabled: true } } },
  ]);
});

test('a transform that throws is answered aloud', async () => {
  const emulator = await start();
  emulator.setFault('*', {
    transform: () => {
      throw new Error('a mistake in the test');
    },
  });
  const { status, body } = await callApi(emulator, CREATE);
  expect([status, body.error?.message]).toEqual([500, 'The emulator failed: a mistake in the test']);
});

test("a route's own fault goes before that of all routes, each as often as told", async () => {
  const emulator = await start();
  emulator.setFault('*', { status: 503 });
  emulator.setFault(CREATE, { status: 502 }, { times: 2 });
  const statuses = [];
  for (const route of [CREATE, 'GET /v1/customers', CREATE, CREATE, 'GET /v1/unknown']) {
    statuses.push((await callApi(emulator, route)).status);
  }
  expect(statuses).toEqual([502, 503, 502, 503, 404]);
  emulator.setFault('*', undefined);
  expect((await callApi(emulator, CREATE)).status).toBe(200);
});

test.each<[string, string, object, object]>([
  ['a route that is none', 'POST /v1/charges', { status: 500 }, {}],
  ['an unknown fault', CREATE, { explode: true }, {}],
  ['a reset that is none', CREATE, { reset: 'during' }, {}],
  ['a status that is none', CREATE, { status: 42 }, {}],
  ['an error that is none', CREATE, { status: 200, error: { code: 'rate_limit' } }, {}],
  ['a delay that is none', CREATE, { delayMs: -1 }, {}],
  ['no times', CREATE, { status: 500 }, { times: 0 }],
])('refuses %s', async (_, route, fault, options) => {
  const emulator = await start();
  expect(() => emulator.setFault(route, fault, options)).toThrow(TypeError);
});

test('refuses a latency that is none', async () => {
  const emulator = await start();
  expect(() => emulator.setLatency(Number.NaN)).toThrow(TypeError);
});
