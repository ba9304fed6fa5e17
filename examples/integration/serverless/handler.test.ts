import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import {
  browserHeaders,
  type StripeEmulator,
  startStripeEmulator,
} from 'express-stripe-customer-session/testing';
import { createHandler } from './handler.js';

let emulator: StripeEmulator;
before(async () => {
  emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });
});
after(() => emulator.close());

interface Answer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** What an HTTP API of Amazon API Gateway hands to a function (payload 2.0). */
const eventOf = (headers: Record<string, string>, proto = 'https') => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/customer-session',
  rawQueryString: '',
  headers: { host: 'api.shop.example', 'x-forwarded-proto': proto, ...headers },
  requestContext: {
    http: { method: 'POST', path: '/customer-session', protocol: 'HTTP/1.1', sourceIp: '203.0.113.7' },
  },
  isBase64Encoded: false,
});

const PAGE = browserHeaders('https://api.shop.example');
const ADA = { ...PAGE, authorization: 'Bearer ada' };

it('H13: answers the events of a function with sessions, one after the other and at once', async () => {
  const handler = createHandler(emulator.secretKey, emulator.stripeConfig);
  const ask = async () => (await handler(eventOf(ADA), {})) as Answer;
  const answers = [await ask(), ...(await Promise.all([ask(), ask()]))];
  for (const { statusCode, headers, body } of answers) {
    assert.equal(statusCode, 200, body);
    assert.deepEqual(Object.keys(JSON.parse(body)), ['client_secret', 'expires_at']);
    assert.equal(headers['cache-control'], 'no-store, private, no-transform');
  }
});

for (const [code, event] of [
  ['unauthenticated', eventOf(PAGE)],
  ['cross_origin', eventOf({ ...ADA, 'sec-fetch-site': 'cross-site' })],
  ['tls_required', eventOf(ADA, 'http')],
] as const) {
  it(`refuses with ${code}`, async () => {
    const handler = createHandler(emulator.secretKey, emulator.stripeConfig);
    const { body, headers } = (await handler(event, {})) as Answer;
    assert.equal(JSON.parse(body).code, code);
    assert.equal(headers['content-type'], 'application/problem+json');
  });
}
