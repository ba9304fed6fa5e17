import { inspect } from 'node:util';
import { createStripe, stripeHttpClient } from '../../src/stripe/client.js';
import { factsOf } from '../../src/stripe/transport/answer.js';
import { startStripeEmulator } from '../../src/testing/index.js';
import { localCertificate } from '../support/certificate.js';
import {
  answerWell,
  attemptsOf,
  type Handler,
  KEY,
  PARAMS,
  startUpstream,
  type Upstream,
} from './upstream.js';

let upstream: Upstream;
const start = async (handler?: Handler) => {
  upstream = await startUpstream(handler);
  return upstream;
};
afterEach(() => upstream?.close());

const keysSent = () => new Set(upstream.requests.map(({ headers }) => headers['idempotency-key']));

const answers =
  (status: number, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', 'Request-Id': 'req_bad', ...headers });
    response.end('{"error":{"type":"api_error"}}');
  };

describe('a kept connection that the server has closed without our knowing', () => {
  // As many first calls as are made together, so that each has a connection of its own.
  let together = 1;
  const waiting: (() => void)[] = [];
  // The first call on a connection is answered, the next one meets its end.
  const once: Handler = (request, response, { requests }) => {
    const onThis = requests.filter(({ socket }) => socket === request.socket);
    if (onThis.length > 1) request.socket.destroy();
    else waiting.push(() => answerWell(response));
    if (waiting.length === together) for (const answer of waiting.splice(0)) answer();
  };

  test('is made up for by one retry, at once, on a new connection, with the same key', async () => {
    together = 1;
    const stripe = (await start(once)).client();
    await stripe.customerSessions.create(PARAMS);
    expect(attemptsOf(await stripe.customerSessions.create(PARAMS))).toBe(2);
    expect(upstream.requests).toHaveLength(3);
    expect(keysSent().size).toBe(2);
    expect(upstream.connections).toHaveLength(2);
  });

  test('passes over other idle connections, which may be dead as well', async () => {
    together = 3;
    const stripe = (await start(once)).client();
    await Promise.all([1, 2, 3].map(() => stripe.customerSessions.create(PARAMS)));
    together = 1;
    expect(attemptsOf(await stripe.customerSessions.create(PARAMS))).toBe(2);
    expect(upstream.connections).toHaveLength(4);
  });
});

test.each([
  [409, {}, 2],
  [500, {}, 2],
  [503, {}, 2],
  [500, { 'Stripe-Should-Retry': 'false' }, 1],
  [409, { 'Stripe-Should-Retry': 'false' }, 1],
  [429, {}, 1],
  [429, { 'Stripe-Should-Retry': 'true' }, 2],
  [400, { 'Stripe-Should-Retry': 'true' }, 1],
  [401, {}, 1],
  [402, {}, 1],
  [302, {}, 1],
])('%i with %j takes %i request(s), with one key', async (status, headers, requests) => {
  const stripe = (await start(answers(status, headers))).client();
  const error = await stripe.customerSessions.create(PARAMS).catch((reason) => reason);
  expect(error).toMatchObject({ statusCode: status, requestId: 'req_bad' });
  expect(factsOf(error.headers)?.attempts).toBe(requests);
  expect(upstream.requests).toHaveLength(requests);
  expect(keysSent().size).toBe(1);
});

test.each([301, 302, 303, 307, 308])('a %i is not followed: the key goes to nobody else', async (status) => {
  const elsewhere = await startUpstream();
  const location = `https://localhost:${elsewhere.port}/v1/customer_sessions`;
  const stripe = (await start(answers(status, { Location: location }))).client();
  const calls = [
    () => stripe.customerSessions.create(PARAMS),
    () => stripe.customers.create({}),
    () => stripe.customers.retrieve('cus_1'),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject({ statusCode: status });
  expect(upstream.requests).toHaveLength(3);
  expect(elsewhere.connections).toHaveLength(0);
  await elsewhere.close();
});

test('a reset is no reason for stripe-node to retry either', async () => {
  const stripe = (await start((request) => request.socket.destroy())).client();
  await expect(stripe.customerSessions.create(PARAMS)).rejects.toMatchObject({
    type: 'StripeConnectionError',
    detail: { code: 'ECONN', reason: 'ECONNRESET', attempts: 2 },
  });
  expect(upstream.requests).toHaveLength(2);
});

test('maxNetworkRetries: 0 means one request', async () => {
  const stripe = (await start((request) => request.socket.destroy())).client({ maxNetworkRetries: 0 });
  await expect(stripe.customerSessions.create(PARAMS)).rejects.toMatchObject({ detail: { attempts: 1 } });
  expect(upstream.requests).toHaveLength(1);
});

test('an attempt that hangs is cut at attemptTimeoutMs and made once more on a new connection', async () => {
  const stripe = (
    await start((_request, response, { requests }) => {
      if (requests.length > 1) answerWell(response);
    })
  ).client({ attemptTimeoutMs: 1_000, timeout: 60_000 });
  expect(attemptsOf(await stripe.customerSessions.create(PARAMS))).toBe(2);
  expect(upstream.connections).toHaveLength(2);
});

test('no second attempt is begun when the time left is short', async () => {
  const stripe = (await start(answers(500))).client();
  const call = stripe.customerSessions.create(PARAMS, { timeout: 200 });
  await expect(call).rejects.toMatchObject({ statusCode: 500 });
  expect(upstream.requests).toHaveLength(1);
});

test("a call's timeout is its total, and the client's own holds without one", async () => {
  const stripe = (await start(() => undefined)).client({ timeout: 120 });
  await expect(stripe.customerSessions.create(PARAMS)).rejects.toMatchObject({
    detail: { code: 'ETIMEDOUT', attempts: 1 },
  });
  await expect(stripe.customerSessions.create(PARAMS, { timeout: 60 })).rejects.toMatchObject({
    message: expect.stringContaining('60ms'),
  });
});

test('what Stripe processed before the connection broke exists once', async () => {
  const emulator = await startStripeEmulator();
  const stripe = createStripe(emulator.secretKey, emulator.stripeConfig);
  try {
    const { id } = emulator.addCustomer({});
    emulator.setFault('POST /v1/customer_sessions', { reset: 'after' }, { times: 1 });
    const session = await stripe.customerSessions.create({ ...PARAMS, customer: id });
    expect(attemptsOf(session)).toBe(2);
    expect(emulator.requests).toHaveLength(2);
    expect([...emulator.sessions.values()].map(({ clientSecret }) => clientSecret)).toEqual([
      session.client_secret,
    ]);
  } finally {
    await stripe.close();
    await emulator.close();
  }
});

test('a POST without a key is given one, so that its retry is safe', async () => {
  const { port } = await start(answers(500));
  const transport = stripeHttpClient({ ca: (await localCertificate()).cert });
  const send = async (method: string) => {
    const headers = { 'X-None': null };
    const answer = await transport.makeRequest(
      'localhost',
      port,
      '/v1/x',
      method,
      headers,
      '',
      'https',
      60_000,
    );
    return answer.toJSON();
  };
  await send('POST');
  expect(keysSent()).toEqual(new Set([expect.stringMatching(/^express-stripe-customer-session-[\w-]{36}$/)]));
  await send('GET');
  expect(keysSent()).toContain(undefined);
  await transport.close();
});

test('a request that cannot be written as HTTP is refused, and costs no connection', async () => {
  const stripe = (await start()).client();
  const call = stripe.customerSessions.create(PARAMS, { stripeAccount: 'acct_1\r\nX-Smuggled: 1' });
  await expect(call).rejects.toMatchObject({ detail: { code: 'EREQUEST', reason: 'ERR_INVALID_CHAR' } });
  await expect(stripe.customerSessions.create(PARAMS)).resolves.toMatchObject({ customer: 'cus_Ada' });
  expect(upstream.requests).toHaveLength(1);
  expect(upstream.connections).toHaveLength(1);
});

test('an error of a session keeps type, code, param and request id, and nothing of what Stripe wrote', async () => {
  const error = {
    type: 'card_error',
    code: 'card_declined',
    param: 'components[payment_element]',
    message: `Invalid API Key provided: ${KEY}`,
    doc_url: 'https://stripe.example/canary',
    payment_intent: { client_secret: 'pi_1_secret_canary' },
    decline_code: 'canary code',
  };
  const stripe = (
    await start((_request, response) => {
      response.writeHead(402, {
        'Request-Id': 'req_402',
        'Set-Cookie': 'canary=1',
        'Stripe-Account': 'acct_1',
      });
      response.end(JSON.stringify({ error }));
    })
  ).client();
  const thrown = await stripe.customerSessions.create(PARAMS).catch((reason: unknown) => reason);
  expect(thrown).toMatchObject({
    type: 'StripeCardError',
    rawType: 'card_error',
    code: 'card_declined',
    param: 'components[payment_element]',
    requestId: 'req_402',
    message: 'Stripe answered 402 (card_error, card_declined, param components[payment_element])',
  });
  expect(inspect(thrown, { depth: 20, showHidden: true })).not.toMatch(/canary|sk_test_/);
});

test('an answer holds the fields of the session and of its head that a caller needs, and no key', async () => {
  const stripe = (await start((_request, response) => answerWell(response, { 'X-Other': 'other' }))).client();
  const session = await stripe.customerSessions.create(PARAMS);
  expect(session.lastResponse).toMatchObject({ statusCode: 200, requestId: 'req_good' });
  expect(inspect(session, { depth: 20, showHidden: true })).not.toMatch(/sk_test_|X-Other/i);
});
