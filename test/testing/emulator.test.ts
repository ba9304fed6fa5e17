import { Agent } from 'node:https';
import { callsOfAnUnluckyShop, renderAdasCards } from '../../examples/recipes/emulator.js';
import { startStripeEmulator } from '../../src/testing/index.js';
import { localCertificate } from '../support/certificate.js';
import { callApi } from './api-client.js';
import { clientOf, closeEmulators, start } from './started.js';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 1);

afterEach(closeEmulators);

describe('starting', () => {
  test.each<[string, object, string]>([
    ['a live secret key', { secretKey: 'sk_live_abcdefgh' }, 'live key'],
    ['a live restricted key', { restrictedKeys: { rk_live_abcdefgh: [] } }, 'live key'],
    ['a publishable key', { secretKey: 'pk_test_abcdefgh' }, 'sk_test_'],
    ['a key that is none', { secretKey: 42 }, 'sk_test_'],
    [
      'a route that it does not have',
      { restrictedKeys: { rk_test_abcdefgh: ['POST /v1/charges'] } },
      'routes',
    ],
    ['an unknown option', { prot: 4000 }, '"prot" is no option'],
    ['a port that is none', { port: 70_000 }, '"port"'],
    ['a host that is none', { host: '' }, '"host"'],
    ['half a certificate', { tls: { key: 'x' } }, '"tls"'],
    ['a clock that is none', { now: 5 }, '"now"'],
    ['a feature that is none', { gatedFeatures: ['Remove last'] }, '"gatedFeatures"'],
    ['features that are none', { gatedFeatures: 'payment_method_remove_last' }, '"gatedFeatures"'],
    ['a lifetime that is none', { sessionLifetimeMs: -1 }, '"sessionLifetimeMs"'],
    ['a name of every object', { constructor: 1 }, '"constructor" is no option'],
    ['a livemode that is none', { livemode: 'yes' }, '"livemode"'],
  ])('refuses %s', async (_, options, message) => {
    const error: unknown = await startStripeEmulator(options).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(message);
    expect(String(error)).not.toMatch(/abcdefgh/);
  });

  test('refuses production', async () => {
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    try {
      await expect(startStripeEmulator()).rejects.toThrow(/NODE_ENV/);
    } finally {
      process.env.NODE_ENV = before;
    }
  });

  test('rejects where the port is taken', async () => {
    const { port } = await start();
    await expect(startStripeEmulator({ port })).rejects.toThrow(/EADDRINUSE/);
  });
});

describe.each(['http', 'https'] as const)('stripe-node over %s', (protocol) => {
  test('creates a session, which one client claims', async () => {
    const tls = await localCertificate();
    const emulator = await start({ now: () => START_MS, ...(protocol === 'https' && { tls }) });
    expect(emulator).toMatchObject({ protocol, url: `${protocol}://127.0.0.1:${emulator.port}` });
    const stripe = clientOf(emulator, protocol === 'https' ? { httpAgent: new Agent({ ca: tls.cert }) } : {});
    const customer = await stripe.customers.create({ email: 'ada@example.com' });
    const session = await stripe.customerSessions.create({
      customer: customer.id,
      components: { payment_element: { enabled: true } },
    });
    expect(session).toMatchObject({
      object: 'customer_session',
      customer: customer.id,
      customer_account: null,
      created: START_MS / 1000,
      expires_at: (START_MS + 30 * MINUTE_MS) / 1000,
      livemode: false,
    });
    expect(session.lastResponse.headers).toMatchObject({
      'request-id': expect.stringMatching(/^req_\w{14}$/),
      'stripe-version': session.lastResponse.apiVersion,
    });
    expect(emulator.claim(session.client_secret)).toMatchObject({ status: 'claimed', customer: customer.id });
    expect(emulator.claim(session.client_secret)).toEqual({ status: 'already_claimed' });
    expect(emulator.requests).toMatchObject([
      { route: 'POST /v1/customers', status: 200, params: { email: 'ada@example.com' } },
      {
        method: 'POST',
        path: '/v1/customer_sessions',
        route: 'POST /v1/customer_sessions',
        params: { customer: customer.id, components: { payment_element: { enabled: 'true' } } },
        idempotencyKey: expect.stringMatching(/^stripe-node-retry-/),
        account: undefined,
        context: undefined,
        status: 200,
        at: START_MS,
      },
    ]);
  });
});

test('keeps idle connections for more than a minute, as Stripe does', async () => {
  const { headers } = await callApi(await start(), 'GET /v1/customers');
  expect(headers.get('keep-alive')).toBe('timeout=75');
});

describe('ending', () => {
  test('a reset forgets everything but the keys', async () => {
    const emulator = await start();
    const stripe = clientOf(emulator);
    const { id: customer } = await stripe.customers.create({}, { idempotencyKey: 'first' });
    emulator.setFault('*', { status: 500 });
    emulator.setLatency(60_000);
    emulator.reset();
    expect([emulator.customers.size, emulator.sessions.length, emulator.requests.length]).toEqual([0, 0, 0]);
    const again = await stripe.customers.create({}, { idempotencyKey: 'first' });
    expect(again.id).not.toBe(customer);
    emulator.clearRequests();
    expect(emulator.requests).toEqual([]);
  });

  test('a close ends requests that hang or wait, and may be repeated', async () => {
    const emulator = await start();
    emulator.setFault('GET /v1/customers', { hang: true });
    emulator.setFault('POST /v1/customers', { delayMs: 60_000 });
    const stripe = clientOf(emulator);
    const ends = Promise.allSettled([stripe.customers.list(), stripe.customers.create()]);
    while (emulator.requests.length < 2) await new Promise(setImmediate);
    await emulator.close();
    await emulator.close();
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(emulator.customers.size).toBe(0);
    await expect(fetch(emulator.url)).rejects.toThrow();
  });
});

test('the examples of the emulator’s page do what they say', async () => {
  expect([await renderAdasCards(), await renderAdasCards('off_session')]).toEqual([
    '4242',
    'integration_error',
  ]);
  expect(await callsOfAnUnluckyShop()).toBe(4);
});
