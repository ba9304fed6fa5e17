import type { OutgoingHttpHeaders } from 'node:http';
import { call, fromBrowser } from '../support/call.js';
import { type HostOptions, type HostSettings, startHost, type TestHost } from '../support/host.js';
import { comesFrom } from '../support/socket-address.js';

const SESSIONS = 'POST /v1/customer_sessions';
type Fault = Parameters<TestHost['emulator']['setFault']>[1];

let warnings: [code: string, text: string][] = [];
beforeEach(() => {
  warnings = [];
  jest.spyOn(process, 'emitWarning').mockImplementation((text, options) => {
    warnings.push([(options as { code: string }).code, String(text)]);
  });
});
afterEach(() => jest.restoreAllMocks());

/** What is warned of as a request is made twice: once, if at all. */
async function warningsOf(
  settings: HostSettings,
  { fault, headers }: { fault?: Fault; headers?: (host: TestHost) => OutgoingHttpHeaders } = {},
) {
  const host = await startHost(settings);
  if (fault !== undefined) host.emulator.setFault(SESSIONS, fault);
  // Of start-up, which has tests of its own.
  warnings = [];
  try {
    for (let turn = 0; turn < 2; turn += 1) {
      await call(host, { headers: headers?.(host) ?? fromBrowser(host) });
    }
  } finally {
    await host.close();
  }
  return warnings;
}

const local = { plain: true, options: { dangerouslyAllowHttpOnLocalhost: true } } satisfies HostSettings;
const proxied: HostSettings = { prepare: (app) => app.set('trust proxy', 1) };
const addressed: HostSettings = { ...local, prepare: (app) => app.use(comesFrom) };

describe('ESCS_TLS_REQUIRED names the condition that failed, and the fix', () => {
  it.each<[string, HostSettings, OutgoingHttpHeaders]>([
    [
      'Behind a proxy that ends TLS, set "trust proxy" to that proxy: app.set(\'trust proxy\', 1). For development on plain http, set dangerouslyAllowHttpOnLocalhost: true.',
      { plain: true },
      {},
    ],
    [
      'A proxy on the way got it over plain http: X-Forwarded-Proto lists more than "https".',
      proxied,
      { 'x-forwarded-proto': 'https, http' },
    ],
    [
      'The page that sent it was loaded over plain http. Redirect pages to https.',
      {},
      { origin: 'http://shop.example' },
    ],
    [
      'Plain http is for localhost only, and the Host header names no local address.',
      local,
      { host: 'shop.example' },
    ],
    [
      'Plain http is for localhost only, and the Origin header names no local page.',
      local,
      { origin: 'http://shop.example' },
    ],
    [
      'Plain http is for localhost only, and the connection came from another machine.',
      addressed,
      { 'test-address': '203.0.113.9' },
    ],
    [
      'Plain http is for localhost only, and the request was forwarded to a container: it has Forwarded or X-Forwarded headers.',
      addressed,
      { 'test-address': '172.17.0.1', 'x-forwarded-for': '203.0.113.9' },
    ],
  ])('%s', async (fix, settings, headers) => {
    const text = `A request for a customer session did not come over TLS and was refused (403 tls_required). ${fix} This is said once.`;
    expect(
      await warningsOf(settings, {
        headers: (host) => fromBrowser(host, { connection: 'close', ...headers }),
      }),
    ).toEqual([['ESCS_TLS_REQUIRED', text]]);
  });
});

describe('what Stripe refuses or fails to do', () => {
  it.each<[string, string, Fault]>([
    [
      'ESCS_MISCONFIGURED',
      'Stripe refused to create a customer session (401, req_a). Check the secret key and its permissions. Callers get 500 misconfigured.',
      { status: 401, error: {}, headers: { 'request-id': 'req_a' } },
    ],
    [
      'ESCS_MISCONFIGURED',
      'Stripe refused to create a customer session (403, req_a). Check the secret key and its permissions. Callers get 500 misconfigured.',
      { status: 403, error: {}, headers: { 'request-id': 'req_a' } },
    ],
    [
      'ESCS_MISCONFIGURED',
      'Stripe refused to create a customer session (400, parameter_unknown, param components[x], req_a). Check components and the customer. Callers get 500 misconfigured.',
      {
        status: 400,
        error: { code: 'parameter_unknown', param: 'components[x]' },
        headers: { 'request-id': 'req_a' },
      },
    ],
    [
      'ESCS_STRIPE_UNREACHABLE',
      'Stripe gave no usable answer (ECONNRESET), and the caller got 502 stripe_unavailable. See docs/problems.md#stripe_unavailable.',
      { reset: 'before' },
    ],
    [
      'ESCS_STRIPE_MISMATCH',
      "Stripe's answer did not fit the request (object), its secret was dropped, and the caller got 502 stripe_mismatch. See docs/problems.md#stripe_mismatch.",
      { transform: (answer) => ({ ...answer, object: 'customer' }) },
    ],
  ])('%s: %s', async (code, text, fault) => {
    expect(await warningsOf({}, { fault })).toEqual([[code, `${text} This is said once.`]]);
  });
});

it('ESCS_NO_BROWSER tells of a request without any header of a browser, and how tests and native apps ask', async () => {
  const [[code, text] = [], ...more] = await warningsOf({}, { headers: () => ({ 'x-user': 'ada' }) });
  expect([code, more]).toEqual(['ESCS_NO_BROWSER', []]);
  expect(text).toBe(
    'A request for a customer session had neither Sec-Fetch-Site nor Origin, which every browser sends, and was refused ' +
      "(403 cross_origin). On the internet this is what a bot looks like. In tests send browserHeaders(origin) of './testing'; " +
      'for native apps with bearer tokens see allowNonBrowser. This is said once.',
  );
});

describe('ESCS_UNHEARD_ERROR', () => {
  const failing: HostOptions = { resolveCustomer: () => Promise.reject(new Error('database')) };

  it('tells that a callback failed where nobody listens, and how to listen', async () => {
    expect(await warningsOf({ isUnheard: true, options: failing })).toEqual([
      [
        'ESCS_UNHEARD_ERROR',
        'A callback or store of yours failed, and its caller got a 500. Pass onEvent to see the error itself: ' +
          'onEvent: (event) => console.error(event.error). This is said once.',
      ],
    ]);
  });

  it('tells of a customer reference that is none, too', async () => {
    const found = await warningsOf({ isUnheard: true, options: { resolveCustomer: () => 'ada' } });
    expect(found.map(([code]) => code)).toEqual(['ESCS_UNHEARD_ERROR']);
  });

  it('is not said where somebody listens', async () => {
    expect(await warningsOf({ options: failing })).toEqual([]);
  });
});

describe('nothing is said of what is nobody’s fault, or only of the moment', () => {
  it.each<[string, { fault?: Fault; headers?: (host: TestHost) => OutgoingHttpHeaders }]>([
    [
      'another origin',
      {
        headers: (host) =>
          fromBrowser(host, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
      },
    ],
    ['nobody is signed in', { headers: (host) => fromBrowser(host, { 'x-user': 'stranger' }) }],
    ['no customer', { headers: (host) => fromBrowser(host, { 'x-user': 'nobody-yet' }) }],
    ['a 500 of Stripe’s', { fault: { status: 500, headers: { 'Stripe-Should-Retry': 'false' } } }],
    ['a 429 of Stripe’s', { fault: { status: 429, headers: { 'Stripe-Should-Retry': 'false' } } }],
    ['a session', {}],
  ])('%s', async (_name, asked) => {
    expect(await warningsOf({ isUnheard: true }, asked)).toEqual([]);
  });
});
