import { once } from 'node:events';
import { inspect } from 'node:util';
import Stripe from 'stripe';
import { stripeHttpClient } from '../../src/stripe/client.js';
import { localCertificate } from '../support/certificate.js';
import { answerWell, type Handler, KEY, PARAMS, startUpstream, type Upstream } from './upstream.js';

let upstream: Upstream;
const start = async (handler?: Handler) => {
  upstream = await startUpstream(handler);
  return upstream;
};
afterEach(() => upstream.close());

const json =
  (status: number, body: object): Handler =>
  (_request, response) => {
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Request-Id': 'req_1',
      'X-Other': 'kept',
    });
    response.end(JSON.stringify(body));
  };

describe('createStripe is a whole client', () => {
  test('a declined card keeps decline_code, payment_intent and the message', async () => {
    const error = {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      message: 'Your card has insufficient funds.',
      payment_intent: { id: 'pi_1', object: 'payment_intent', status: 'requires_payment_method' },
    };
    const stripe = (await start(json(402, { error }))).client();
    await expect(stripe.paymentIntents.create({ amount: 1, currency: 'eur' })).rejects.toMatchObject({
      type: 'StripeCardError',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      message: 'Your card has insufficient funds.',
      payment_intent: { id: 'pi_1', status: 'requires_payment_method' },
      requestId: 'req_1',
      headers: { 'x-other': 'kept' },
    });
  });

  test('a list of 100, longer than a session may be, comes whole', async () => {
    const data = Array.from({ length: 100 }, (_, index) => ({
      id: `cus_${index}`,
      object: 'customer',
      description: 'x'.repeat(1_000),
    }));
    const stripe = (await start(json(200, { object: 'list', data, has_more: false }))).client();
    const list = await stripe.customers.list({ limit: 100 });
    expect(list.data).toHaveLength(100);
    expect(list.data.at(-1)?.id).toBe('cus_99');
  });

  test('an answer beyond maxBodyBytes is refused', async () => {
    const stripe = (await start(json(200, { object: 'list', data: 'x'.repeat(5_000) }))).client({
      maxBodyBytes: 4_096,
    });
    await expect(stripe.customers.list()).rejects.toMatchObject({
      raw: { exception: { reason: 'BODY_TOO_LONG' } },
    });
  });

  test('a file is uploaded byte for byte', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 128, 7]);
    let received = Buffer.alloc(0);
    const stripe = (
      await start((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          received = Buffer.concat(chunks);
          response.end('{"object":"file","id":"file_1"}');
        });
      })
    ).client();
    const file = { data: bytes, name: 'proof.bin', type: 'application/octet-stream' };
    const options = { host: 'localhost' } as never;
    await expect(stripe.files.create({ purpose: 'dispute_evidence', file }, options)).resolves.toMatchObject({
      id: 'file_1',
    });
    expect(received.includes(bytes)).toBe(true);
  });

  test('a stream is given as it comes, and is not read by us', async () => {
    const stripe = (
      await start((_request, response) => {
        response.writeHead(200, { 'Content-Type': 'application/pdf' });
        response.write('%PDF-');
        response.end('x'.repeat(100_000));
      })
    ).client({ maxBodyBytes: 10 });
    const pdf = await stripe.quotes.pdf('qt_1', { host: 'localhost' } as never);
    let length = 0;
    pdf.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    await once(pdf, 'end');
    expect(length).toBe(100_005);
  });

  test('a scalar is refused, and nothing is left unhandled', async () => {
    const stripe = (await start((_request, response) => response.end('42'))).client();
    await expect(stripe.customers.list()).rejects.toMatchObject({
      raw: { exception: { reason: 'NOT_AN_OBJECT' } },
    });
  });

  test.each([
    [503, 2],
    [402, 1],
  ])('%i makes %i request(s), the body of the first dropped', async (status, requests) => {
    const stripe = (await start(json(status, { error: { type: 'api_error' } }))).client();
    await expect(stripe.customers.list()).rejects.toMatchObject({ statusCode: status });
    expect(upstream.requests).toHaveLength(requests);
  });

  test("its events tell of every call, the router's too", async () => {
    const stripe = (await start()).client();
    const paths: string[] = [];
    stripe.on('response', ({ path }: { path: string }) => paths.push(path));
    await stripe.customerSessions.create(PARAMS);
    expect(paths).toEqual(['/v1/customer_sessions']);
  });
});

describe('stripeHttpClient serves a client of the host', () => {
  const own = async (settings: Stripe.StripeConfig = {}) =>
    new Stripe(KEY, {
      host: 'localhost',
      port: upstream.port,
      httpClient: stripeHttpClient({ ca: (await localCertificate()).cert }) as never,
      ...settings,
    });

  test('with the cap, the trimmed errors and the object-only JSON of sessions', async () => {
    await start(json(402, { error: { type: 'card_error', payment_intent: { client_secret: 'canary' } } }));
    const stripe = await own({ maxNetworkRetries: 0 });
    const error = await stripe.customerSessions.create(PARAMS).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ statusCode: 402 });
    expect(inspect(error, { depth: 20 })).not.toContain('canary');
  });

  test('its retries are the client’s own', async () => {
    await start(json(500, { error: {} }));
    const stripe = await own({ maxNetworkRetries: 1 });
    await expect(stripe.customerSessions.create(PARAMS)).rejects.toMatchObject({ statusCode: 500 });
    expect(upstream.requests).toHaveLength(2);
  });

  test('takes no option that it does not know', () => {
    expect(() => stripeHttpClient({ maxSocket: 3 } as never)).toThrow('Did you mean "maxSockets"?');
    return start();
  });
});

describe('H15 an answer belongs to its call', () => {
  const echoing =
    (echo: (sent: string, count: number) => string): Handler =>
    (request, response, { requests }) =>
      answerWell(response, {
        'Idempotency-Key': echo(String(request.headers['idempotency-key']), requests.length),
      });

  test('the echo of the key that was sent is taken', async () => {
    const stripe = (await start(echoing((sent) => sent))).client();
    await expect(stripe.customerSessions.create(PARAMS)).resolves.toMatchObject({ customer: 'cus_Ada' });
    expect(upstream.requests).toHaveLength(1);
  });

  test('another echo closes the connection, and the retry goes out on a new one with the same key', async () => {
    const stripe = (await start(echoing((sent, count) => (count === 1 ? 'another' : sent)))).client();
    await expect(stripe.customerSessions.create(PARAMS)).resolves.toMatchObject({ customer: 'cus_Ada' });
    expect(upstream.connections).toHaveLength(2);
    expect(new Set(upstream.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  test.each([
    ['a session', (stripe: Stripe) => stripe.customerSessions.create(PARAMS)],
    ['any other call', (stripe: Stripe) => stripe.customers.create({})],
    ['a call without a key', (stripe: Stripe) => stripe.customers.retrieve('cus_1')],
  ])('two wrong echoes in a row refuse %s', async (_name, call) => {
    const stripe = (await start(echoing(() => 'another'))).client({ maxNetworkRetries: 0 });
    await expect(call(stripe)).rejects.toMatchObject({ detail: { code: 'EANSWER', reason: 'OTHER_ANSWER' } });
    expect(upstream.requests).toHaveLength(2);
  });

  test('an error with the echo of another call is not believed', async () => {
    const stripe = (
      await start((request, response, { requests }) => {
        if (requests.length > 1) return answerWell(response);
        response.writeHead(404, { 'Idempotency-Key': 'another' });
        response.end(
          '{"error":{"code":"resource_missing","param":"customer","type":"invalid_request_error"}}',
        );
        request.resume();
      })
    ).client();
    await expect(stripe.customerSessions.create(PARAMS)).resolves.toMatchObject({ customer: 'cus_Ada' });
  });
});
