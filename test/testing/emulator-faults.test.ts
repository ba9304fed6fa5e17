import { once } from 'node:events';
import { Agent } from 'node:https';
import { connect } from 'node:net';
import type { StripeEmulator, StripeEmulatorFault } from '../../src/testing/index.js';
import { localCertificate } from '../support/certificate.js';
import { type ApiAnswer, callApi } from './api-client.js';
import { clientOf, closeEmulators, start } from './started.js';

const CREATE = 'POST /v1/customers';
const LIST = 'GET /v1/customers';
const SESSIONS = 'POST /v1/customer_sessions';
// Nobody waits for it: the emulator is closed, or the client leaves.
const FOR_EVER_MS = 3_600_000;

async function received(emulator: StripeEmulator, count: number): Promise<void> {
  while (emulator.requests.length < count) await new Promise(setImmediate);
}

function postOf(emulator: StripeEmulator, name: string): string {
  const body = `name=${name}`;
  const lines = [
    'POST /v1/customers HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${emulator.secretKey}`,
    'content-type: application/x-www-form-urlencoded',
    `content-length: ${body.length}`,
    `idempotency-key: key-of-${name}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

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
  const ends: string[] = [];
  const list = (name: string) =>
    callApi(emulator, LIST).then(
      () => ends.push(`${name} was answered`),
      () => ends.push(`${name} was cut off`),
    );
  emulator.setFault(LIST, { delayMs: FOR_EVER_MS }, { times: 1 });
  const slow = list('the delayed one');
  await received(emulator, 1);
  await list('another');
  emulator.setLatency(FOR_EVER_MS);
  const late = list('one of all');
  await received(emulator, 3);
  expect(ends).toEqual(['another was answered']);
  await emulator.close();
  await Promise.all([slow, late]);
  expect(ends.slice(1).toSorted()).toEqual(['one of all was cut off', 'the delayed one was cut off']);
});

test('an answer can be late for what is done already: a repetition of the key has it at once', async () => {
  const emulator = await start();
  const headers = { 'idempotency-key': 'key-1' };
  emulator.setFault(CREATE, { answerDelayMs: FOR_EVER_MS }, { times: 1 });
  const late = callApi(emulator, CREATE, { headers }).catch(() => 'cut off');
  await received(emulator, 1);
  const again = await callApi(emulator, CREATE, { headers });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect([...emulator.customers.keys()]).toEqual([again.body.id]);
  await emulator.close();
  expect(await late).toBe('cut off');
});

test.each([
  [true, 0],
  ['before', 0],
  ['after', 1],
] as const)('hang: %p answers nobody until the client gives up', async (hang, customers) => {
  const emulator = await start();
  emulator.setFault(CREATE, { hang }, { times: 1 });
  const leave = new AbortController();
  const asked = fetch(`${emulator.url}/v1/customers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${emulator.secretKey}` },
    signal: leave.signal,
  });
  await received(emulator, 1);
  // On a connection of its own: what was asked before it has been processed as far as it will be.
  await callApi(emulator, LIST);
  leave.abort();
  await expect(asked).rejects.toThrow(/aborted/);
  expect(emulator.requests[0]).toMatchObject({ status: undefined });
  expect(emulator.customers.size).toBe(customers);
});

describe('mix-ups', () => {
  const create = (emulator: StripeEmulator, name: string) =>
    callApi(emulator, CREATE, { params: { name }, headers: { 'idempotency-key': `key-of-${name}` } });
  const told = ({ body, headers }: ApiAnswer) => [body.name, headers.get('idempotency-key')];

  test('swapped answers are whole, the echo of the key with them', async () => {
    const emulator = await start();
    emulator.setFault(CREATE, { mixUp: 'swap' }, { times: 2 });
    const [ada, bob] = await Promise.all([create(emulator, 'ada'), create(emulator, 'bob')]);
    expect([told(ada), told(bob)]).toEqual([
      ['bob', 'key-of-bob'],
      ['ada', 'key-of-ada'],
    ]);
    expect(told(await create(emulator, 'carl'))).toEqual(['carl', 'key-of-carl']);
  });

  test('a duplicated answer is what the next request of its connection gets', async () => {
    const emulator = await start();
    emulator.setFault(CREATE, { mixUp: 'duplicate' }, { times: 1 });
    const socket = connect(emulator.port, emulator.host);
    const ask = (name: string) => socket.write(postOf(emulator, name));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const keys = () => [...text.matchAll(/idempotency-key: (\S+)/gi)].map(([, key]) => key);
    ask('ada');
    while (keys().length < 2) await once(socket, 'data');
    ask('bob');
    while (keys().length < 3) await once(socket, 'data');
    socket.destroy();
    expect(keys()).toEqual(['key-of-ada', 'key-of-ada', 'key-of-bob']);
    expect(emulator.customers.size).toBe(2);
  });

  test('a reset ends a wait for the other answer', async () => {
    const emulator = await start();
    emulator.setFault(CREATE, { mixUp: 'swap' });
    const waiting = create(emulator, 'ada').catch(() => 'cut off');
    await received(emulator, 1);
    await callApi(emulator, LIST);
    emulator.reset();
    expect(await waiting).toBe('cut off');
    // The answer that waited is forgotten too: the next two swap with each other.
    emulator.setFault(CREATE, { mixUp: 'swap' }, { times: 2 });
    const [bob, carl] = await Promise.all([create(emulator, 'bob'), create(emulator, 'carl')]);
    expect([told(bob), told(carl)]).toEqual([
      ['carl', 'key-of-carl'],
      ['bob', 'key-of-bob'],
    ]);
  });
});

test('a function chooses a fault for each request', async () => {
  const emulator = await start();
  const seen: unknown[] = [];
  emulator.setFault(CREATE, ({ params, idempotencyKey }, requestNumber) => {
    seen.push([params.name, idempotencyKey, requestNumber]);
    return params.name === 'bob' ? { status: 503 } : undefined;
  });
  const statuses = [];
  for (const name of ['ada', 'bob', 'carl']) {
    const answer = await callApi(emulator, CREATE, {
      params: { name },
      headers: { 'idempotency-key': name },
    });
    statuses.push(answer.status);
  }
  expect(statuses).toEqual([200, 503, 200]);
  expect(seen).toEqual([
    ['ada', 'ada', 1],
    ['bob', 'bob', 2],
    ['carl', 'carl', 3],
  ]);
  emulator.setFault(CREATE, () => ({ status: 42 }));
  const { status, body } = await callApi(emulator, CREATE);
  expect([status, body.error?.message]).toEqual([500, expect.stringContaining('"status" must be')]);
});

test('an error has any member that Stripe’s may have', async () => {
  const emulator = await start();
  const error = {
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    payment_intent: { id: 'pi_1', object: 'payment_intent' },
  };
  emulator.setFault('POST /v1/payment_intents', { status: 402, error });
  await expect(
    clientOf(emulator).paymentIntents.create({ amount: 1, currency: 'eur' }),
  ).rejects.toMatchObject({ type: 'StripeCardError', ...error });
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
  ['a hang that is none', CREATE, { hang: 'sometimes' }, {}],
  ['a mix-up that is none', CREATE, { mixUp: 'shuffle' }, {}],
  ['a delay of the answer that is none', CREATE, { answerDelayMs: Number.NaN }, {}],
  ['no times', CREATE, { status: 500 }, { times: 0 }],
])('refuses %s', async (_, route, fault, options) => {
  const emulator = await start();
  expect(() => emulator.setFault(route, fault, options)).toThrow(TypeError);
});

test('refuses a latency that is none', async () => {
  const emulator = await start();
  expect(() => emulator.setLatency(Number.NaN)).toThrow(TypeError);
});
