import { parseComponents } from '../../src/components/components.js';
import { warnOnce } from '../../src/core/warn-once.js';
import * as library from '../../src/index.js';
import { messageOf } from '../support/message-of.js';

/** What JavaScript callers can pass and TypeScript ones cannot. */
const untyped =
  <Result>(run: (...given: never[]) => Result) =>
  (...given: readonly unknown[]): Result =>
    Reflect.apply(run, undefined, given);

const createStripe = untyped(library.createStripe);
const stripeHttpClient = untyped(library.stripeHttpClient);
const customerDirectory = untyped(library.customerDirectory);
const guardedStore = untyped(library.guardedStore);
const customerSessionGuard = untyped(library.customerSessionGuard);
const customerSessionIssuer = untyped(library.customerSessionIssuer);
const customerSessionRouter = untyped(library.customerSessionRouter);
const customerSheet = untyped(library.customerSheet);
const mobilePaymentElement = untyped(library.mobilePaymentElement);
const savedPaymentMethods = untyped(library.savedPaymentMethods);

const good = {
  resolveCustomer: () => 'cus_1',
  components: savedPaymentMethods({ save: 'on_session' }),
  stripe: { customerSessions: { create: () => undefined } },
};
const parse = (components: unknown) => parseComponents(components, warnOnce());

describe('an error of start-up says, word for word', () => {
  it.each([
    [
      () => customerSessionRouter(undefined),
      'option "options" is undefined. Give customerSessionRouter() an object: customerSessionRouter({ resolveCustomer, components }).',
    ],
    [
      () => customerSessionGuard(null),
      'option "options" is null. Give customerSessionGuard() an object: customerSessionGuard({ allowedOrigins: [] }).',
    ],
    [
      () => customerSessionIssuer([]),
      'option "options" is an array of 0. Give customerSessionIssuer() an object: customerSessionIssuer({ resolveCustomer, components }).',
    ],
    [
      () => customerSessionRouter({ ...good, quux: 1 }),
      'customerSessionRouter() has no option "quux". The options are resolveCustomer, components, stripe, rateLimit, deadlineMs, maxInFlight, maxWaiting, livemode, onEvent, authenticate, format, allowedOrigins, allowNonBrowser, dangerouslyAllowHttpOnLocalhost, issuer.',
    ],
    [
      () => customerSessionGuard({ quux: 1 }),
      'customerSessionGuard() has no option "quux". The options are allowedOrigins, allowNonBrowser, dangerouslyAllowHttpOnLocalhost, onEvent.',
    ],
    [
      () => customerSessionIssuer({ ...good, quux: 1 }),
      'customerSessionIssuer() has no option "quux". The options are resolveCustomer, components, stripe, rateLimit, deadlineMs, maxInFlight, maxWaiting, livemode, onEvent, unguarded.',
    ],
    [
      () => customerSessionRouter({ ...good, resolveCustomer: 'cus_1' }),
      'option "resolveCustomer" is a string. It is required: pass a function, e.g. (user) => user.stripeCustomerId.',
    ],
    [
      () => customerSessionRouter({ ...good, components: undefined }),
      'option "components" is undefined. It is required: pass savedPaymentMethods({ save: \'on_session\' }) or another preset.',
    ],
    [
      () => customerSessionRouter({ ...good, components: 7 }),
      'option "components" is a number. Use savedPaymentMethods({ save: \'on_session\' }) or another preset.',
    ],
    [
      () => customerSessionRouter({ ...good, components: {} }),
      'option "components" is an object. Enable at least one component, e.g. savedPaymentMethods({ save: \'on_session\' }).',
    ],
    [
      () => customerSessionRouter({ ...good, components: library.savedPaymentMethods }),
      'option "components" is a function. Call the preset: components: savedPaymentMethods({ save: \'on_session\' }).',
    ],
    [
      () => customerSessionRouter({ ...good, stripe: {} }),
      'option "stripe" is an object. Pass a client that has customerSessions.create, e.g. createStripe(key).',
    ],
    [
      () => customerSessionRouter({ ...good, stripe: { customerSessions: { create: 1 } } }),
      'option "stripe" is an object. Pass a client that has customerSessions.create, e.g. createStripe(key).',
    ],
    [
      () => customerSessionRouter({ ...good, authenticate: 'user' }),
      'option "authenticate" is a string. Pass a function, or leave it out.',
    ],
    [
      () => customerSessionRouter({ ...good, onEvent: 'log' }),
      'option "onEvent" is a string. Pass a function, or leave it out.',
    ],
    [
      () => customerSessionGuard({ onEvent: {} }),
      'option "onEvent" is an object. Pass a function, or leave it out.',
    ],
    [
      () => customerSessionRouter({ ...good, format: 'Web' }),
      'option "format" is "Web". Use "web", "mobile" or "billing-sdk".',
    ],
    [
      () => customerSessionRouter({ ...good, components: customerSheet() }),
      'option "format" is "web". components has customer_sheet, whose SDK needs format: \'mobile\'.',
    ],
    [
      () => customerSessionRouter({ ...good, components: mobilePaymentElement() }),
      'option "format" is "web". components has mobile_payment_element, whose SDK needs format: \'mobile\'.',
    ],
    [
      () => customerSessionRouter({ ...good, allowNonBrowser: 'yes' }),
      'option "allowNonBrowser" is "yes". Use true or false, or leave it out.',
    ],
    [
      () => customerSessionRouter({ ...good, allowedOrigins: 'https://shop.example' }),
      'option "allowedOrigins" is a string. Use an array of origins.',
    ],
    [
      () => customerSessionRouter({ ...good, allowedOrigins: ['https://shop.example', '*'] }),
      'option "allowedOrigins[1]" is a string. Use an exact origin as a browser sends it: "https://shop.example", "https://shop.example:8443" or an app\'s "capacitor://localhost"; no "*", "null", path, trailing slash or capitals, and plain http for localhost only, with dangerouslyAllowHttpOnLocalhost.',
    ],
    [
      () => customerSessionRouter({ ...good, dangerouslyAllowHttpOnLocalhost: 1 }),
      'option "dangerouslyAllowHttpOnLocalhost" is 1. Use true or false, or leave it out.',
    ],
    [
      () => customerSessionRouter({ ...good, dangerouslyAllowHttpOnLocalhost: true, livemode: true }),
      'option "dangerouslyAllowHttpOnLocalhost" is true. It is for test keys only: leave it out in live mode.',
    ],
    [
      () => customerSessionRouter({ ...good, livemode: 'test' }),
      'option "livemode" is "test". Use true or false, or leave it out.',
    ],
    [
      () => customerSessionRouter({ ...good, deadlineMs: 0 }),
      'option "deadlineMs" is 0. Use a whole number from 1 to 2147483647, or leave it out.',
    ],
    [
      () => customerSessionRouter({ ...good, maxInFlight: 10001 }),
      'option "maxInFlight" is 10001. Use a whole number from 1 to 10000, or leave it out.',
    ],
    [
      () => customerSessionRouter({ ...good, maxWaiting: 100001 }),
      'option "maxWaiting" is 100001. Use a whole number from 0 to 100000, or leave it out.',
    ],
    [
      () => customerSessionIssuer({ ...good, unguarded: 1 }),
      'option "unguarded" is 1. Use true or false, or leave it out.',
    ],
    [
      () => customerSessionRouter({ ...good, rateLimit: true }),
      'option "rateLimit" is a boolean. Use an object such as { limit: 30, windowMs: 60000 }, or false.',
    ],
    [
      () => customerSessionRouter({ ...good, rateLimit: { quux: 1 } }),
      'rateLimit has no option "quux". The options are windowMs, limit, store, identifier.',
    ],
    [
      () => customerSessionRouter({ ...good, rateLimit: { windowMs: 0 } }),
      'option "rateLimit.windowMs" is 0. Use a whole number from 1 to 2147483647, or leave it out.',
    ],
    [
      () => customerSessionRouter({ ...good, rateLimit: { limit: 1000001 } }),
      'option "rateLimit.limit" is 1000001. Use a whole number from 1 to 1000000, or leave it out.',
    ],
    [
      () => customerSessionRouter({ ...good, rateLimit: { store: { increment: () => 1 } } }),
      'option "rateLimit.store" is an object. Use a store of express-rate-limit, e.g. guardedStore(() => store).',
    ],
    [
      () => customerSessionRouter({ ...good, rateLimit: { identifier: 'a"b' } }),
      'option "rateLimit.identifier" is "a\\"b". Use 1 to 64 printable ASCII characters, no quotes or backslash.',
    ],
    [
      () => customerSessionRouter({ ...good, issuer: {} }),
      'option "issuer" is an object. Pass what customerSessionIssuer({ … }) gave.',
    ],
    [
      () => customerSessionRouter({ issuer: customerSessionIssuer(good), maxWaiting: 3 }),
      'option "maxWaiting" is a number. Beside issuer it belongs in customerSessionIssuer({ … }).',
    ],
    [
      () => customerSessionRouter({ ...good, stripe: undefined }),
      'there is no Stripe key. Set the environment variable STRIPE_SECRET_KEY, or pass stripe: createStripe(key).',
    ],
    [
      () => customerSessionRouter({ socket: {}, headers: {} }),
      'customerSessionRouter was mounted without being called. Write app.use(path, customerSessionRouter({ resolveCustomer, components })).',
    ],
  ])('what is wrong with an option: %#', (make, message) => {
    expect(messageOf(make)).toBe(`express-stripe-customer-session: ${message}`);
  });

  it.each([
    [
      () => savedPaymentMethods({ save: true }),
      `option "save" is true. Choose one:
  'on_session'   a checkbox to save the card, to pay with it while the buyer is there
  'off_session'  a checkbox to save the card, also to charge it while the buyer is away
  'intent'       a checkbox to save the card, for intents that set setup_future_usage themselves
  false          no checkbox: saved cards are shown, none is saved`,
    ],
    [
      () => savedPaymentMethods({ save: false, redisplay: 'some' }),
      'option "redisplay" is "some". Use "always", "limited" or "all".',
    ],
    [
      () => savedPaymentMethods({ save: false, remove: 'yes' }),
      'option "remove" is "yes". Use true or false.',
    ],
    [
      () => savedPaymentMethods({ save: false, quux: 1 }),
      'savedPaymentMethods() has no option "quux". The options are redisplay, limit, save, remove.',
    ],
    [
      () => customerSheet({ quux: 1 }),
      'customerSheet() has no option "quux". The options are redisplay, remove.',
    ],
    [() => customerSheet({ remove: 1 }), 'option "remove" is 1. Use true or false.'],
    [
      () => mobilePaymentElement({ quux: 1 }),
      'mobilePaymentElement() has no option "quux". The options are redisplay, save, saveAllowRedisplayOverride, remove.',
    ],
    [() => mobilePaymentElement({ save: 1 }), 'option "save" is 1. Use true or false.'],
    [() => mobilePaymentElement({ remove: 1 }), 'option "remove" is 1. Use true or false.'],
  ])('what is wrong with a preset: %#', (make, message) => {
    expect(messageOf(make)).toBe(`express-stripe-customer-session: ${message}`);
  });

  it.each([
    [
      () => parse(7),
      'option "components" is a number. Use savedPaymentMethods({ save: \'on_session\' }) or another preset.',
    ],
    [
      () => parse({ pricing_table: true }),
      'option "components.pricing_table" is a boolean. Use { enabled: true }, with features where it has some.',
    ],
    [
      () => parse({ pricing_table: { enabled: 'yes' } }),
      'option "components.pricing_table.enabled" is "yes". Use true or false.',
    ],
    [
      () => parse({ pricing_table: { enabled: true, feature: {} } }),
      'option "components.pricing_table.feature" is an object. A component has "enabled" and "features".',
    ],
    [
      () => parse({ payment_element: { enabled: true, payment_method_save: 'enabled' } }),
      'option "components.payment_element.payment_method_save" is a string. Put "payment_method_save" into its "features".',
    ],
    [
      () => parse({ payment_element: { enabled: true, features: [] } }),
      'option "components.payment_element.features" is an array of 0. Use an object of features.',
    ],
    [
      () => parse({ payment_element: { enabled: true, features: { payment_method_save: true } } }),
      'option "components.payment_element.features.payment_method_save" is true. Use "enabled" or "disabled".',
    ],
    [
      () => parse({ payment_element: { enabled: true, features: { payment_method_save_usage: 'intent' } } }),
      'option "components.payment_element.features.payment_method_save_usage" is "intent". Use "on_session" or "off_session".',
    ],
    [
      () =>
        parse({
          payment_element: {
            enabled: true,
            features: { payment_method_allow_redisplay_filters: ['always', 'all'] },
          },
        }),
      'option "components.payment_element.features.payment_method_allow_redisplay_filters" is an array of 2. Use an array of "always", "limited", "unspecified"; leave it out for Stripe\'s default.',
    ],
    [
      () => parse({ payment_element: { enabled: true, features: { payment_method_redisplay_limit: 11 } } }),
      'option "components.payment_element.features.payment_method_redisplay_limit" is 11. Use a whole number from 1 to 10.',
    ],
    [
      () =>
        parse({
          mobile_payment_element: {
            enabled: true,
            features: { payment_method_save_allow_redisplay_override: 'always' },
          },
        }),
      'option "components.mobile_payment_element.features.payment_method_save_allow_redisplay_override" is "always". Stripe takes it only with payment_method_save: "disabled".',
    ],
    [
      () => parse({ payment_elment: { enabled: true } }),
      'unknown component: "payment_elment". Did you mean "payment_element"?',
    ],
    [
      () => parse({ payment_method_save: 'enabled' }),
      'unknown component: "payment_method_save". It is a feature: put it into a component\'s "features".',
    ],
    [() => parse({ 'Tax Wizard': { enabled: true } }), 'unknown component: name. Names are in snake_case.'],
    [
      () => parse({ customer_sheet: { enabled: true, features: { payment_method_redisplay: 'enabled' } } }),
      'unknown feature of customer_sheet: "payment_method_redisplay". It belongs to payment_element, mobile_payment_element.',
    ],
    [
      () => parse({ customer_sheet: { enabled: true, features: { payment_method_removes: 'enabled' } } }),
      'unknown feature of customer_sheet: "payment_method_removes". Did you mean "payment_method_remove"?',
    ],
    [
      () => parse({ customer_sheet: { enabled: true, features: { 'New Name': 'enabled' } } }),
      'unknown feature of customer_sheet: name. Names are in snake_case.',
    ],
  ])('what is wrong with components: %#', (make, message) => {
    expect(messageOf(make)).toBe(`express-stripe-customer-session: ${message}`);
  });

  it.each([
    [
      () => createStripe('sk_test_1', { authenticator: 1 }),
      'createStripe() takes no "authenticator". It would replace the key. Where you need it, make the client yourself: new Stripe(key, { httpClient: stripeHttpClient() }).',
    ],
    [
      () => createStripe('sk_test_1', { emitEventBodies: 1 }),
      'createStripe() takes no "emitEventBodies". Its events would hold client secrets. Where you need it, make the client yourself: new Stripe(key, { httpClient: stripeHttpClient() }).',
    ],
    [
      () => createStripe('sk_test_1', { httpClient: 1 }),
      'createStripe() takes no "httpClient". The transport is what this function adds. Where you need it, make the client yourself: new Stripe(key, { httpClient: stripeHttpClient() }).',
    ],
    [
      () => createStripe('sk_test_1', { telemetry: 1 }),
      'createStripe() takes no "telemetry". It is off: its buffer prints a warning per call under load. Where you need it, make the client yourself: new Stripe(key, { httpClient: stripeHttpClient() }).',
    ],
    [
      () => createStripe('sk_test_1', { quux: 1 }),
      'createStripe() has no option "quux". The options are apiVersion, typescript, appInfo, stripeAccount, stripeContext, timeout, maxNetworkRetries, host, port, protocol, attemptTimeoutMs, keepAliveMs, maxSockets, maxBodyBytes, spareConnection, httpAgent, ca.',
    ],
    [
      () => createStripe('sk_test_1', null),
      'option "config" is null. Pass an object, e.g. { maxSockets: 64 }.',
    ],
    [
      () => stripeHttpClient([]),
      'option "config" is an array of 0. Pass an object, e.g. { maxSockets: 64 }.',
    ],
    [
      () => stripeHttpClient({ quux: 1 }),
      'stripeHttpClient() has no option "quux". The options are host, port, protocol, attemptTimeoutMs, keepAliveMs, maxSockets, maxBodyBytes, spareConnection, httpAgent, ca.',
    ],
    [
      () => stripeHttpClient({ protocol: 'ftp' }),
      'option "protocol" is "ftp". Use \'https\', or \'http\' for an emulator.',
    ],
    [
      () => stripeHttpClient({ host: 7 }),
      'option "host" is a number. Use a host name or address alone, e.g. \'api.stripe.com\'.',
    ],
    [
      () => stripeHttpClient({ host: 'https://api.stripe.com' }),
      'option "host" is a string. Use a host name or address alone, e.g. \'api.stripe.com\'.',
    ],
    [
      () => stripeHttpClient({ host: 'a.example b' }),
      'option "host" is a string. Use a host name or address alone, e.g. \'api.stripe.com\'.',
    ],
    [
      () => stripeHttpClient({ httpAgent: 'http://proxy.example' }),
      'option "httpAgent" is a string. Pass an agent of node:http, e.g. new HttpsProxyAgent(url).',
    ],
    [
      () => stripeHttpClient({ ca: 'no PEM' }),
      'option "ca" is a string. Pass certificates in PEM, as a string, a Buffer, or an array of them.',
    ],
  ])('what is wrong with a client: %#', (make, message) => {
    expect(messageOf(make)).toBe(`express-stripe-customer-session: ${message}`);
  });

  const directory = {
    stripe: library.createStripe('sk_test_1'),
    store: library.memoryStore(),
    userId: () => 'ada',
  };
  const bare = { customers: { create: () => undefined } };
  it.each([
    [() => customerDirectory(null), 'option "options" is null. Pass { stripe, store, userId }.'],
    [
      () => customerDirectory({ ...directory, quux: 1 }),
      'customerDirectory() has no option "quux". The options are stripe, store, userId, profile, scope, recreate, maxInFlight.',
    ],
    [
      () => customerDirectory({ ...directory, stripe: undefined }),
      'option "stripe" is undefined. It needs a method customers.create().',
    ],
    [
      () => customerDirectory({ ...directory, stripe: bare, scope: 'test', recreate: true }),
      'option "stripe" is an object. It needs a method customers.retrieve().',
    ],
    [
      () => customerDirectory({ ...directory, stripe: bare }),
      'option "scope" is undefined. Name the Stripe account and mode, such as "live": this client was not made by createStripe.',
    ],
    [
      () => customerDirectory({ ...directory, scope: ' ' }),
      'option "scope" is a string. Pass 1 to 255 bytes of printable text, such as "live".',
    ],
    [
      () => customerDirectory({ ...directory, scope: 7 }),
      'option "scope" is a number. Pass 1 to 255 bytes of printable text, such as "live".',
    ],
    ...['get', 'begin', 'renew', 'claim', 'replace'].map((name): [() => unknown, string] => [
      () => customerDirectory({ ...directory, store: { ...directory.store, [name]: 1 } }),
      `option "store" is an object. It needs a method ${name}().`,
    ]),
    [
      () => customerDirectory({ ...directory, userId: 'id' }),
      'option "userId" is a string. Pass (user) => user.id.',
    ],
    [
      () => customerDirectory({ ...directory, profile: 'email' }),
      'option "profile" is a string. Pass (user) => ({ email: user.email }).',
    ],
    [
      () => customerDirectory({ ...directory, recreate: 'always' }),
      'option "recreate" is "always". Pass true, false or "vanished-test-data".',
    ],
    [
      () => customerDirectory({ ...directory, maxInFlight: 1_001 }),
      'option "maxInFlight" is 1001. Use a whole number from 1 to 1000, or leave it out.',
    ],
  ])('what is wrong with a directory: %#', (make, message) => {
    expect(messageOf(make)).toBe(`express-stripe-customer-session: ${message}`);
  });

  it.each([
    [
      () => guardedStore({}),
      'option "makeStore" is an object. Pass a function that makes the store: () => new RedisStore(…).',
    ],
    [
      () => guardedStore(() => ({})),
      'option "makeStore" is an object. It must return a store of express-rate-limit.',
    ],
    [
      () => guardedStore(() => undefined),
      'option "makeStore" is undefined. It must return a store of express-rate-limit.',
    ],
    [
      () => guardedStore(() => ({}), { quux: 1 }),
      'guardedStore() has no option "quux". The options are timeoutMs, failures, startupMs, retryAfterMs, maxLocalKeys, onStateChange.',
    ],
  ])('what is wrong with a store of the limit: %#', (make, message) => {
    expect(messageOf(make)).toBe(`express-stripe-customer-session: ${message}`);
  });
});
