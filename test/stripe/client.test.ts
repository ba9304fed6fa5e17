import { Agent } from 'node:http';
import { inspect } from 'node:util';
import Stripe from 'stripe';
import { createStripe, keyModeOf } from '../../src/stripe/client.js';
import { messageOf } from '../support/message-of.js';

const KEY = 'sk_test_emulator';

/** What JavaScript callers can pass and TypeScript ones cannot. */
const create = (...args: readonly unknown[]) => Reflect.apply(createStripe, undefined, args);

describe('the key', () => {
  test.each([[undefined], [null], ['']])('%j: the message says where keys come from', (key) => {
    expect(messageOf(() => create(key))).toMatch(
      /no key.*dashboard\.stripe\.com\/apikeys.*STRIPE_SECRET_KEY/,
    );
  });

  test('a publishable key is refused', () => {
    expect(messageOf(() => createStripe('pk_test_canary'))).toMatch(/publishable.*secret or restricted/);
  });

  test('a webhook secret is refused', () => {
    expect(messageOf(() => createStripe('whsec_canary'))).toMatch(/webhook secret/);
  });

  test.each([
    ' sk_test_canary',
    'sk_test_canary\n',
    'sk test canary',
    'sk_test_canary\u00a0',
    'sk_test_canäry',
  ])('white space and the like are refused: %j', (key) => {
    expect(messageOf(() => createStripe(key))).toMatch(/white space/);
  });

  test.each([[42], [{}], [['sk_test_canary']], [true]])('%j is no string', (key) => {
    expect(messageOf(() => create(key))).toMatch(/not a string/);
  });

  test.each(['pk_test_canary', 'sk_test_canary ', 'whsec_canary'])('is never echoed: %j', (key) => {
    expect(messageOf(() => createStripe(key))).not.toMatch(/canary/);
  });
});

describe('config', () => {
  test.each([
    ['attemptTimeoutMs', 0],
    ['attemptTimeoutMs', 1.5],
    ['attemptTimeoutMs', '3500'],
    ['timeout', -1],
    ['timeout', 2 ** 31],
    ['timeout', null],
    ['keepAliveMs', 0],
    ['maxBodyBytes', 0],
    ['spareConnection', 'no'],
    ['httpAgent', 'http://proxy:hunter2@proxy:3128'],
    ['maxSockets', 0],
    ['maxSockets', Number.POSITIVE_INFINITY],
    ['maxNetworkRetries', 2],
    ['maxNetworkRetries', true],
    ['host', 'https://api.stripe.com'],
    ['host', ''],
    ['port', 0],
    ['port', 'https'],
    ['port', 65_536],
    ['protocol', 'http:'],
    ['ca', 'no certificate'],
    ['ca', 42],
  ])('%s: %j is refused by name', (option, value) => {
    expect(messageOf(() => create(KEY, { [option]: value }))).toContain(`"${option}"`);
    expect(messageOf(() => create(KEY, { [option]: value }))).not.toContain('hunter2');
  });

  test.each([
    ['attemptTimeoutMS', 'attemptTimeoutMs'],
    ['maxSocket', 'maxSockets'],
    ['keepaliveMs', 'keepAliveMs'],
    ['apiversion', 'apiVersion'],
    ['maxNetworkRetry', 'maxNetworkRetries'],
  ])('%s is unknown: did you mean %s?', (misspelt, option) => {
    expect(messageOf(() => create(KEY, { [misspelt]: undefined }))).toContain(`Did you mean "${option}"?`);
  });

  test.each(['httpClient', 'telemetry', 'emitEventBodies', 'authenticator'])(
    '%s is ours, and the message says what to do instead',
    (option) => {
      expect(messageOf(() => create(KEY, { [option]: true }))).toMatch(
        new RegExp(`"${option}".*make the client yourself`, 's'),
      );
    },
  );

  test.each([[null], [[]], ['2024-06-20'], [42]])('%j is no config', (config) => {
    expect(messageOf(() => create(KEY, config))).toContain('"config"');
  });

  test('undefined means omitted, and every option is taken', () => {
    const names = ['apiVersion', 'host', 'port', 'protocol', 'appInfo', 'stripeAccount', 'timeout', 'ca'];
    expect(() => create(KEY, Object.fromEntries(names.map((name) => [name, undefined])))).not.toThrow();
    const stripe = createStripe(KEY, {
      host: 'localhost',
      port: 4010,
      protocol: 'http',
      typescript: true,
      appInfo: { name: 'shop', version: '1.0.0' },
      stripeAccount: 'acct_1',
      stripeContext: 'acct_2',
      timeout: 1_000,
      attemptTimeoutMs: 500,
      maxNetworkRetries: 0,
      keepAliveMs: 1,
      maxSockets: 1,
      maxBodyBytes: 1,
      spareConnection: false,
      httpAgent: new Agent(),
    });
    expect(stripe.getMaxNetworkRetries()).toBe(0);
    expect(stripe.getApiField('host')).toBe('localhost');
    expect(stripe.getApiField('timeout')).toBe(1_000);
    expect(stripe.getApiField('stripeAccount')).toBe('acct_1');
    expect(stripe.getApiField('stripeContext')).toBe('acct_2');
    expect(createStripe(KEY, { apiVersion: '2024-06-20' }).getApiField('version')).toBe('2024-06-20');
  });

  test('telemetry is off, and retries are not stripe-node’s', () => {
    const stripe = createStripe(KEY);
    expect(stripe.getTelemetryEnabled()).toBe(false);
    expect(stripe.getMaxNetworkRetries()).toBe(0);
    expect(stripe.getApiField('timeout')).toBe(80_000);
  });
});

describe('what the key says', () => {
  test.each([
    ['sk_test_emulator', {}, { livemode: false, scope: 'test' }],
    ['rk_test_emulator', {}, { livemode: false, scope: 'test' }],
    ['sk_live_emulator', {}, { livemode: true, scope: 'live' }],
    ['rk_live_emulator', {}, { livemode: true, scope: 'live' }],
    ['sk_org_live_emulator', {}, { livemode: true, scope: 'live' }],
    ['sk_test_emulator', { stripeAccount: 'acct_1' }, { livemode: false, scope: 'test:acct_1' }],
    ['sk_live_emulator', { stripeContext: 'acct_2' }, { livemode: true, scope: 'live:acct_2' }],
    ['fake', {}, { livemode: undefined, scope: undefined }],
    ['live_sk_emulator', {}, { livemode: undefined, scope: undefined }],
  ])('%s with %j', (key, config, mode) => {
    expect(keyModeOf(createStripe(key, config))).toEqual(mode);
  });

  test("a host's own client tells nothing", () => {
    const stripe = new Stripe(KEY);
    expect(keyModeOf(stripe)).toBeUndefined();
  });
});

test('printing the client does not print the key', () => {
  const stripe = createStripe('sk_test_canary');
  expect(inspect(stripe, { depth: 20, showHidden: true })).not.toContain('canary');
  expect(inspect({ app: { stripe } }, { depth: 20 })).toBe(
    '{ app: { stripe: Stripe { made by createStripe } } }',
  );
});
