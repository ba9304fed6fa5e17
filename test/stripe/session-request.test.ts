import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { parseCustomerRef } from '../../src/core/customer-ref.js';
import { type Components, type CustomerRef, savedPaymentMethods } from '../../src/index.js';
import { createStripe, postSessionOf } from '../../src/stripe/client.js';
import type { StripeConfig } from '../../src/stripe/client-config.js';
import { callOverTransport } from '../../src/stripe/session-call.js';

interface Heard {
  line: string;
  headers: Record<string, string>;
  body: string;
}

// What may differ: the key is new for each call, and stripe-node also tells about the process it runs in.
function withoutOwnWays({ line, headers, body }: Heard): Heard {
  const { 'idempotency-key': key, 'x-stripe-client-user-agent': _aboutTheProcess, ...rest } = headers;
  expect(key).toMatch(/^[\w-]{36,100}$/);
  return { line, body, headers: { ...rest, 'user-agent': rest['user-agent']?.split(' AIAgent/')[0] ?? '' } };
}

const heard: Heard[] = [];
const server = createServer((request, response) => {
  const { method, url, httpVersion, headers } = request;
  void text(request).then((body) => {
    const line = `${method} ${url} HTTP/${httpVersion}`;
    heard.push({ line, headers: headers as Record<string, string>, body });
    response.setHeader('Content-Type', 'application/json').end('{"object":"customer_session"}');
  });
});

beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => server.close());

/** The two ways of one client: the router's, and stripe-node's own. */
async function bothWays(ref: CustomerRef, components: Components, config: StripeConfig = {}) {
  const { port } = server.address() as AddressInfo;
  const stripe = createStripe('sk_test_both', { host: '127.0.0.1', port, protocol: 'http', ...config });
  const customer = parseCustomerRef(ref);
  const post = postSessionOf(stripe);
  if (!post) throw new Error('createStripe made a client without it');
  heard.length = 0;
  await callOverTransport(post, undefined)({ customer, components, timeoutMs: 5_000 });
  await callOverTransport(post, components)({ customer, components, timeoutMs: 5_000 });
  const params = { [customer.parameter]: customer.id, components };
  await stripe.customerSessions.create(params as never, { ...customer.connect });
  await stripe.close();
  const [dynamic, fixed, byStripeNode] = heard.map(withoutOwnWays);
  expect(heard).toHaveLength(3);
  expect(dynamic).toEqual(byStripeNode);
  expect(fixed).toEqual(byStripeNode);
  return heard;
}

test.each<[string, CustomerRef, StripeConfig]>([
  ['a customer', 'cus_Ada', {}],
  ['an account as customer', { customerAccount: 'acct_Ada' }, {}],
  ['a connected account', { customer: 'cus_Ada', stripeAccount: 'acct_1' }, {}],
  ['a context', { customer: 'cus_Ada', stripeContext: 'acct_1/acct_2' }, {}],
  ["the client's account", 'cus_Ada', { stripeAccount: 'acct_1' }],
  ["the client's context", 'cus_Ada', { stripeContext: { toString: () => 'acct_1/acct_2' } }],
  [
    "another than the client's account",
    { customer: 'cus_Ada', stripeAccount: 'acct_2' },
    { stripeAccount: 'acct_1' },
  ],
  ['another version', 'cus_Ada', { apiVersion: '2025-03-31.basil' }],
  ['an app', 'cus_Ada', { appInfo: { name: 'shop' } }],
  ['an app in full', 'cus_Ada', { appInfo: { name: 'shop', version: '1.2', url: 'https://shop.example' } }],
  ['a partner', 'cus_Ada', { appInfo: { name: 'shop', url: 'https://shop.example', partner_id: 'pp_1' } }],
])('%s: the request is the one that stripe-node writes', async (_name, ref, config) => {
  const [first] = await bothWays(ref, savedPaymentMethods({ redisplay: 'all', limit: 5 }), config);
  expect(first?.body).toContain('&components[payment_element][features][payment_method_redisplay]=enabled');
  expect(first?.headers.authorization).toBe('Bearer sk_test_both');
});

test('any components: the request is the one that stripe-node writes', async () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(null, undefined, '', "!'()*[]&=+% ~", '\u{1F469}\u200D\u{1F4BB}', 'ä'),
  );
  const name = fc.oneof(fc.stringMatching(/^[a-z_]{1,12}$/), fc.string({ minLength: 1, maxLength: 6 }));
  const { tree: components } = fc.letrec((tie) => ({
    tree: fc.dictionary(name, tie('member'), { minKeys: 1, maxKeys: 4 }),
    member: fc.oneof({ depthSize: 'small' }, value, fc.array(value, { maxLength: 3 }), tie('tree')),
  }));
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(components, async (any) => {
      // Validated components have at least this.
      await bothWays('cus_Ada', { ...any, pricing_table: { enabled: true } });
      runs += 1;
    }),
    { numRuns: 200 },
  );
  expect(runs).toBe(200);
}, 60_000);

test('each call has a key of its own', async () => {
  const [first, second] = await bothWays('cus_Ada', savedPaymentMethods());
  expect(first?.headers['idempotency-key']).not.toBe(second?.headers['idempotency-key']);
});
