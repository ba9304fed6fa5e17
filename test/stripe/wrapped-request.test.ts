import http from 'node:http';
import https from 'node:https';
import { localCertificate } from '../support/certificate.js';
import { PARAMS, startUpstream, type Upstream } from './upstream.js';

// What tracing agents and egress proxies do to `request`, written down as each was seen to.
type Options = https.RequestOptions & { headers: Record<string, string> };
type Request = (...args: readonly unknown[]) => http.ClientRequest;

const original = { http: http.request, https: https.request };
const seen: Options[] = [];
let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.close());
beforeEach(() => {
  seen.length = 0;
  upstream.requests.length = 0;
});
afterEach(() => {
  Object.assign(http, { request: original.http });
  Object.assign(https, { request: original.https });
});

function wrap(change: (options: Options) => Options): void {
  const wrapped =
    (request: Request): Request =>
    (options, ...rest) => {
      const changed = change(options as Options);
      seen.push(changed);
      return request(changed, ...rest);
    };
  Object.assign(http, { request: wrapped(original.http as Request) });
  Object.assign(https, { request: wrapped(original.https as Request) });
}

const copyWithTrace = (options: Options): Options => ({
  ...options,
  headers: Object.assign({}, options.headers, { traceparent: '00-trace-span-01' }),
});

async function expectOneSession(): Promise<void> {
  await expect(upstream.client().customerSessions.create(PARAMS)).resolves.toMatchObject({
    object: 'customer_session',
    customer: 'cus_Ada',
  });
  expect(upstream.requests).toHaveLength(1);
  expect(seen).toHaveLength(1);
}

test('a wrapper that copies options and headers, and adds one: it arrives, with the host, path and key', async () => {
  wrap(copyWithTrace);
  await expectOneSession();
  expect(upstream.requests[0]?.headers).toMatchObject({
    traceparent: '00-trace-span-01',
    authorization: expect.stringMatching(/^Bearer sk_test_/),
    'idempotency-key': expect.any(String),
    'content-type': 'application/x-www-form-urlencoded',
  });
  // What names a span.
  expect(seen[0]).toMatchObject({
    protocol: 'https:',
    host: 'localhost',
    port: upstream.port,
    method: 'POST',
    path: '/v1/customer_sessions',
  });
});

test('a wrapper that passes own enumerable members alone on: nothing is inherited that a call needs', async () => {
  wrap((options) => JSON.parse(JSON.stringify({ ...options, agent: undefined })) as Options);
  const { cert } = await localCertificate();
  const copying = https.request as Request;
  Object.assign(https, {
    request: (options: Options, ...rest: unknown[]) => copying({ ...options, ca: cert }, ...rest),
  });
  await expectOneSession();
});

test('a wrapper that puts an agent of its own: the certificate is checked by it, against the real name', async () => {
  const agent = new https.Agent();
  wrap((options) => ({ ...copyWithTrace(options), agent }));
  await expectOneSession();
  agent.destroy();
});

test('a wrapper that reroutes to a place in clear text gets no key there', async () => {
  const heard: Buffer[] = [];
  const plain = http.createServer().on('connection', (socket) => {
    socket.on('data', (chunk: Buffer) => heard.push(chunk)).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const { port } = plain.address() as { port: number };
  wrap((options) => ({ ...options, host: '127.0.0.1', port }));
  plain.on('clientError', (_error, socket) => socket.destroy());
  await expect(upstream.client().customerSessions.create(PARAMS, { timeout: 5_000 })).rejects.toMatchObject({
    type: 'StripeConnectionError',
  });
  expect(Buffer.concat(heard).length).toBeGreaterThan(0);
  expect(Buffer.concat(heard).toString('latin1')).not.toContain('sk_test_');
  await new Promise((resolve) => plain.close(resolve));
});
