import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { CustomerSessionError, fetchCustomerSession } from '../../src/client/index.js';
import { until } from '../support/until.js';
import {
  type Answer,
  hang,
  problem,
  raw,
  type SessionServer,
  session,
  startSessionServer,
} from './support/session-server.js';

let server: SessionServer;

beforeEach(async () => {
  server = await startSessionServer();
});

afterEach(() => server.close());

async function failureOf(work: Promise<unknown>): Promise<CustomerSessionError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CustomerSessionError))
    throw new Error(`not a CustomerSessionError: ${inspect(error)}`);
  return error;
}

describe('the request', () => {
  test('is a POST without a body, and asks for no preflight', async () => {
    await fetchCustomerSession(server.url);
    const [request] = server.requests;
    expect(request?.method).toBe('POST');
    expect(request?.headers['content-length']).toBe('0');
    expect(request?.headers['content-type']).toBeUndefined();
  });

  test('asks fetch for the defaults that the contract names', async () => {
    let seen: RequestInit | undefined;
    await fetchCustomerSession(server.url, {
      fetch: (input, init) => {
        seen = init;
        return fetch(input, init);
      },
    });
    expect(seen).toMatchObject({
      method: 'POST',
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      headers: {},
    });
  });

  test('sends headers, asked anew for each request', async () => {
    let token = 0;
    const headers = async () => ({ authorization: `Bearer ${++token}` });
    await fetchCustomerSession(server.url, { headers });
    await fetchCustomerSession(server.url, { headers });
    await fetchCustomerSession(server.url, { headers: [['authorization', 'Bearer fixed']] });
    expect(server.requests.map((request) => request.headers.authorization)).toEqual([
      'Bearer 1',
      'Bearer 2',
      'Bearer fixed',
    ]);
  });

  test('carries the credentials mode that it was given', async () => {
    let seen: RequestInit | undefined;
    const send: typeof fetch = (input, init) => {
      seen = init;
      return fetch(input, init);
    };
    await fetchCustomerSession(new URL(server.url), { credentials: 'include', fetch: send });
    expect(seen?.credentials).toBe('include');
  });
});

describe('a session', () => {
  // Without a Date header the device's clock is read twice, which may be a millisecond apart.
  beforeEach(() => jest.spyOn(Date, 'now').mockReturnValue(1_790_000_000_000));
  afterEach(() => jest.restoreAllMocks());

  test('of format web', async () => {
    server.answer(raw(200, '{"client_secret":"cuss_secret_fake","expires_at":4102444800}', { date: '' }));
    const got = await fetchCustomerSession(server.url);
    expect(got).toEqual({ clientSecret: 'cuss_secret_fake', expiresAt: new Date(4102444800000) });
  });

  test.each([
    ['mobile', '{"customerId":"cus_1","clientSecret":"cuss_secret_fake","expiresAt":4102444800}'],
    ['billing-sdk', '{"clientSecret":"cuss_secret_fake","expiresAt":4102444800,"customer":"cus_1"}'],
  ])('of format %s has the customer too', async (_format, body) => {
    server.answer(raw(200, body, { date: '' }));
    const got = await fetchCustomerSession(server.url);
    expect(got).toEqual({
      clientSecret: 'cuss_secret_fake',
      expiresAt: new Date(4102444800000),
      customerId: 'cus_1',
    });
  });
});

const refusals: [number, string][] = [
  [405, 'method_not_allowed'],
  [403, 'tls_required'],
  [403, 'cross_origin'],
  [401, 'unauthenticated'],
  [409, 'no_customer'],
  [500, 'misconfigured'],
  [500, 'internal_error'],
  [429, 'rate_limited'],
  [503, 'overloaded'],
  [503, 'stripe_rate_limited'],
  [502, 'stripe_unavailable'],
  [504, 'timeout'],
  [502, 'stripe_mismatch'],
];

test.each(refusals)('a refusal %d %s is a CustomerSessionError with that code', async (status, code) => {
  server.answer(problem(status, code, { 'retry-after': '7' }));
  const error = await failureOf(fetchCustomerSession(server.url));
  expect(error).toMatchObject({
    name: 'CustomerSessionError',
    message: code,
    code,
    status,
    retryAfterMs: 7000,
  });
  expect(server.requests).toHaveLength(1);
});

const SECRET = 'cuss_secret_canary_0123456789';
const cut: Answer = (_request, response) => {
  response.writeHead(200, { 'content-length': '200' });
  response.write(`{"client_secret":"${SECRET}","exp`, () => response.destroy());
};

const faults: [string, Answer, string][] = [
  ['a reset before the answer', (request) => void request.socket.destroy(), 'network'],
  ['a reset in the middle of the answer', cut, 'network'],
  ['a redirect', raw(307, '', { location: '/elsewhere' }), 'network'],
  ['a redirect to a GET', raw(303, '', { location: '/elsewhere' }), 'network'],
  ['not HTTP', (request) => void request.socket.end('nonsense\r\n\r\n'), 'network'],
  ['no answer', hang, 'timeout'],
  ['an answer that never ends', (_request, response) => void response.write('{"client_secret":"'), 'timeout'],
  ['an empty 200', raw(200, ''), 'invalid_response'],
  ['a 204', raw(204, ''), 'invalid_response'],
  ['a page instead of JSON', raw(200, '<!doctype html><title>Sign in</title>'), 'invalid_response'],
  ['half a JSON text', raw(200, `{"client_secret":"${SECRET}"`), 'invalid_response'],
  ['null', raw(200, 'null'), 'invalid_response'],
  ['an array', raw(200, `["${SECRET}"]`), 'invalid_response'],
  ['no secret', raw(200, '{"expires_at":4102444800}'), 'invalid_response'],
  ['an empty secret', raw(200, '{"client_secret":"","expires_at":4102444800}'), 'invalid_response'],
  [
    'a secret with a space',
    raw(200, `{"client_secret":"${SECRET} x","expires_at":4102444800}`),
    'invalid_response',
  ],
  ['no end', raw(200, `{"client_secret":"${SECRET}"}`), 'invalid_response'],
  [
    'an end that is no number',
    raw(200, `{"client_secret":"${SECRET}","expires_at":"soon"}`),
    'invalid_response',
  ],
  ['a 201', raw(201, `{"client_secret":"${SECRET}","expires_at":4102444800}`), 'invalid_response'],
  ["a proxy's 502", raw(502, '<html>Bad Gateway</html>'), 'invalid_response'],
  ["a host's own 401", raw(401, '{"error":"login","code":"unauthenticated"}'), 'invalid_response'],
  ['a problem of another kind', raw(403, '{"type":"about:blank","code":"cross_origin"}'), 'invalid_response'],
  ['a 404 of a route that is not there', raw(404, 'Cannot POST /customer-session'), 'invalid_response'],
];

test.each(faults)('%s is a CustomerSessionError', async (_name, answer, code) => {
  server.answer(answer);
  // A machine may be slow: only what never ends is cut.
  const error = await failureOf(
    fetchCustomerSession(server.url, code === 'timeout' ? { timeoutMs: 100 } : {}),
  );
  expect(error.code).toBe(code);
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
});

test('a port where nobody listens is the code network', async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  expect((await failureOf(fetchCustomerSession(`http://127.0.0.1:${port}/`))).code).toBe('network');
});

test('a URL that is none is the code network, and no exception', async () => {
  expect((await failureOf(fetchCustomerSession('http://'))).code).toBe('network');
});

describe('a signal', () => {
  test('that has been aborted sends nothing', async () => {
    const error = await failureOf(fetchCustomerSession(server.url, { signal: AbortSignal.abort() }));
    expect(error.code).toBe('aborted');
    expect(server.requests).toHaveLength(0);
  });

  test('that has been aborted calls no fetch of the host’s own, which may not look at it', async () => {
    const send = jest.fn(fetch);
    const error = await failureOf(
      fetchCustomerSession(server.url, { signal: AbortSignal.abort(), fetch: send }),
    );
    expect(error.code).toBe('aborted');
    expect(send).not.toHaveBeenCalled();
  });

  test('that aborts in the same task sends nothing', async () => {
    const controller = new AbortController();
    const work = failureOf(fetchCustomerSession(server.url, { signal: controller.signal }));
    controller.abort();
    expect((await work).code).toBe('aborted');
    // What left before this one would have come before it.
    await fetchCustomerSession(server.url);
    expect(server.requests).toHaveLength(1);
  });

  test('that aborts later ends the request at the server too', async () => {
    server.answer(hang);
    const controller = new AbortController();
    const work = failureOf(fetchCustomerSession(server.url, { signal: controller.signal }));
    await until(() => server.requests.length === 1);
    controller.abort();
    expect((await work).code).toBe('aborted');
    await server.requests[0]?.ended;
  });

  test('ends the call even where fetch ignores it', async () => {
    const controller = new AbortController();
    const deaf: typeof fetch = () => new Promise(() => {});
    const work = failureOf(fetchCustomerSession(server.url, { signal: controller.signal, fetch: deaf }));
    controller.abort();
    expect((await work).code).toBe('aborted');
  });
});

test('headers that never come are cut by the timeout', async () => {
  const headers = () => new Promise<HeadersInit>(() => {});
  const error = await failureOf(fetchCustomerSession(server.url, { headers, timeoutMs: 100 }));
  expect(error.code).toBe('timeout');
  expect(server.requests).toHaveLength(0);
});

test('a session can be asked for again at once', async () => {
  server.answer(session());
  const first = await fetchCustomerSession(server.url);
  const second = await fetchCustomerSession(server.url);
  expect(first.clientSecret).not.toBe(second.clientSecret);
});
