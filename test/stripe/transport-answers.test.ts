import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { trust } from '../../src/stripe/transport/agent.js';
import { factsOf, type HttpClientResponse } from '../../src/stripe/transport/answer.js';
import { StripeTransportError } from '../../src/stripe/transport/error.js';
import { StripeHttpClient } from '../../src/stripe/transport/http-client.js';
import { parseTransport, type TransportConfig } from '../../src/stripe/transport/settings.js';
import { failingLookup, startLoopback } from '../support/loopback.js';

// Pauses between attempts are noted and left out.
jest.mock('node:timers/promises', () => ({ setTimeout: jest.fn(async () => undefined) }));
const { setTimeout: pauses } = jest.requireMock<{ setTimeout: jest.Mock }>('node:timers/promises');

const SESSIONS = '/v1/customer_sessions';
const MOST_BYTES = 65_536;
const PATIENCE_MS = 50_000;

const open: Array<() => unknown> = [];
beforeEach(() => pauses.mockClear());
afterEach(async () => {
  jest.restoreAllMocks();
  for (const close of open.splice(0)) await close();
});

type Headers = Parameters<StripeHttpClient['makeRequest']>[4];

interface Asking {
  path?: string;
  method?: string;
  headers?: Headers;
  host?: string;
  config?: TransportConfig;
  maxNetworkRetries?: 0 | 1;
}

interface Server {
  port: number;
  requests: IncomingMessage[];
  /** Of each request: that its connection was closed. */
  closed: Promise<void>[];
}

async function startServer(listener: RequestListener): Promise<Server> {
  const requests: IncomingMessage[] = [];
  const closed: Promise<void>[] = [];
  const { port, close } = await startLoopback((request, response) => {
    requests.push(request.resume());
    closed.push(new Promise((resolve) => request.socket.once('close', () => resolve())));
    listener(request, response);
  });
  open.push(close);
  return { port, requests, closed };
}

function ask(port: number, asking: Asking = {}): Promise<HttpClientResponse> {
  const { path = SESSIONS, method = 'POST', headers = {}, host = '127.0.0.1', config = {} } = asking;
  const settings = parseTransport({ protocol: 'http', ...config }, asking.maxNetworkRetries ?? 0);
  const client = new StripeHttpClient({ ...settings, attemptTimeoutMs: PATIENCE_MS });
  open.push(() => client.close());
  const body = method === 'GET' ? null : 'a=b';
  return client.makeRequest(host, port, path, method, headers, body, 'http', PATIENCE_MS);
}

function answering(
  status: number,
  body: string | Buffer,
  headers: http.OutgoingHttpHeaders = {},
): RequestListener {
  return (_request, response) => response.writeHead(status, headers).end(body);
}

/** What a call to a server that answers so rejects with. */
async function failureOf(listener: RequestListener, asking?: Asking): Promise<StripeTransportError> {
  const { port } = await startServer(listener);
  return failure(ask(port, asking));
}

async function failure(call: Promise<unknown>): Promise<StripeTransportError> {
  const error = await call.then(
    () => new Error('it was answered'),
    (reason: unknown) => reason,
  );
  if (error instanceof StripeTransportError) return error;
  throw error;
}

describe('an error of a session is cut down to words', () => {
  const LONG = 'a'.repeat(200);
  it.each([
    [402, { type: 'card_error' }, { type: 'card_error' }, 'card_error'],
    [
      400,
      {
        type: 'invalid_request_error',
        code: 'parameter_unknown',
        param: 'components[a][b]',
        message: 'canary',
      },
      { type: 'invalid_request_error', code: 'parameter_unknown', param: 'components[a][b]' },
      'invalid_request_error, parameter_unknown, param components[a][b]',
    ],
    [400, { type: 'a b', code: 'c d', param: '<p>' }, { type: 'api_error' }, 'api_error'],
    [400, { type: ['t'], code: 7, param: null }, { type: 'api_error' }, 'api_error'],
    [400, { code: ' x', param: 'x ' }, { type: 'api_error' }, 'api_error'],
    [400, { type: LONG, code: `${LONG}a` }, { type: LONG }, LONG],
    [400, 'canary', { type: 'api_error' }, 'api_error'],
    [200, { type: 't' }, { type: 't' }, 't'],
  ])('%i %p', async (status, error, kept, words) => {
    const { port } = await startServer(answering(status, JSON.stringify({ error, id: 'canary' })));
    const response = await ask(port);
    expect(response.getStatusCode()).toBe(status);
    expect(await response.toJSON()).toEqual({
      error: { ...kept, message: `Stripe answered ${status} (${words})` },
    });
  });

  it.each([
    [300, '{}'],
    [500, '<html>canary'],
    [502, '[]'],
    [400, Buffer.from([0xff])],
    [403, 'x'.repeat(MOST_BYTES + 1)],
  ])('%i with a page of something in between', async (status, body) => {
    const { port } = await startServer(answering(status, body));
    expect(await (await ask(port)).toJSON()).toEqual({
      error: { type: 'api_error', message: `Stripe answered ${status} (api_error)` },
    });
  });

  it('but not where it breaks off', async () => {
    const error = await failureOf((_request, response) => breakOff(response, 500));
    expect(error).toMatchObject({ code: 'ECONN', reason: 'ECONNRESET', attempts: 1 });
  });
});

function breakOff(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 10 });
  response.write('{', () => response.destroy());
}

describe('a success of a session is a JSON object of 64 KiB at most', () => {
  const whole = `{"a":"${'x'.repeat(MOST_BYTES - 8)}"}`;

  it.each<[string, string | Buffer]>([
    ['NOT_UTF8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['NOT_JSON', 'canary'],
    ['NOT_JSON', ''],
    ['NOT_AN_OBJECT', '[]'],
    ['NOT_AN_OBJECT', 'null'],
    ['NOT_AN_OBJECT', '"canary"'],
    ['BODY_TOO_LONG', `${whole} `],
  ])('%s', async (reason, body) => {
    const error = await failureOf(answering(200, body));
    expect(error).toMatchObject({ code: 'EANSWER', reason, name: 'StripeTransportError', attempts: 1 });
    expect(error.message).toBe(`The answer was not one of Stripe’s (${reason})`);
  });

  it('is given as it came, of 64 KiB too', async () => {
    const { port } = await startServer(answering(299, whole));
    const response = await ask(port);
    expect(await response.toJSON()).toEqual(JSON.parse(whole));
    expect(response.getRawResponse()).toEqual({ statusCode: 299, headers: {} });
    expect(factsOf(response.getRawResponse())?.attempts).toBe(1);
  });

  it('keeps its connection for the next', async () => {
    const { port, requests } = await startServer(answering(200, '{}'));
    const settings = parseTransport({ protocol: 'http' }, 0);
    const client = new StripeHttpClient(settings);
    open.push(() => client.close());
    for (let call = 0; call < 2; call++)
      await client.makeRequest('127.0.0.1', port, SESSIONS, 'POST', {}, null, 'http', PATIENCE_MS);
    expect(requests[1]?.socket).toBe(requests[0]?.socket);
  });

  it('breaks off', async () => {
    const error = await failureOf((_request, response) => breakOff(response, 200));
    expect(error).toMatchObject({ code: 'ECONN', reason: 'ECONNRESET' });
    expect(error.message).toBe('The connection to Stripe failed (ECONNRESET)');
  });

  it('has of the head what stripe-node reads, and nothing that is long', async () => {
    const passed = {
      'request-id': 'req_1',
      'stripe-version': '2026-01-01',
      'stripe-account': 'acct_1',
      'retry-after': '1'.repeat(255),
    };
    const { port } = await startServer(
      answering(200, '{}', { ...passed, 'set-cookie': 'canary', 'x-canary': '1' }),
    );
    expect((await ask(port)).getHeaders()).toEqual(passed);
    const long = await startServer(answering(200, '{}', { 'request-id': '1'.repeat(256) }));
    expect((await ask(long.port)).getHeaders()).toEqual({});
  });
});

describe('any other answer is passed on', () => {
  const other = { method: 'GET', path: '/v1/customers' };

  it('with its head, up to maxBodyBytes', async () => {
    const { port } = await startServer(answering(402, '{"error":{"message":"Stripe’s"}}', { 'x-any': '1' }));
    const maxBodyBytes = Buffer.byteLength('{"error":{"message":"Stripe’s"}}');
    const response = await ask(port, { ...other, config: { maxBodyBytes } });
    expect(response.getHeaders()).toMatchObject({ 'x-any': '1' });
    expect(await response.toJSON()).toEqual({ error: { message: 'Stripe’s' } });
    const shorter = await ask(port, { ...other, config: { maxBodyBytes: maxBodyBytes - 1 } });
    expect(await failure(shorter.toJSON())).toMatchObject({ code: 'EANSWER', reason: 'BODY_TOO_LONG' });
  });

  it('as a stream, and tells when it has ended', async () => {
    const { port } = await startServer(answering(200, 'a file'));
    const response = await ask(port, other);
    let text = '';
    await new Promise<void>((resolve) => {
      response
        .toStream(resolve)
        .setEncoding('utf8')
        .on('data', (part: string) => {
          text += part;
        });
    });
    expect(text).toBe('a file');
  });

  it('to nobody: its connection is closed', async () => {
    const { port, closed } = await startServer((_request, response) => {
      response.writeHead(200).write('x');
    });
    const response = await ask(port, other);
    response.dispose();
    expect(closed).toHaveLength(1);
    await closed[0];
  });
});

describe('what fails is told by a word', () => {
  it('an answer that is no HTTP', async () => {
    const error = await failureOf((request) => request.socket.end('canary\r\n\r\n'));
    expect(error).toMatchObject({ code: 'EANSWER', reason: expect.stringMatching(/^HPE_/) });
  });

  it('a change of protocol', async () => {
    const error = await failureOf((request) =>
      request.socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    );
    expect(error).toMatchObject({ code: 'EANSWER', reason: 'UPGRADE' });
  });

  it('a header that cannot be written', async () => {
    const error = await failureOf(answering(200, '{}'), { headers: { 'x-a': 'b\n' } });
    expect(error).toMatchObject({ code: 'EREQUEST', reason: 'ERR_INVALID_CHAR' });
    expect(error.message).toBe('The request could not be sent (ERR_INVALID_CHAR)');
  });

  it('a call too late', async () => {
    const client = new StripeHttpClient(parseTransport({}, 0));
    await client.close();
    const call = client.makeRequest('localhost', 1, SESSIONS, 'POST', {}, null, 'https', PATIENCE_MS);
    const error = await failure(call);
    expect(error).toMatchObject({ code: 'ECLOSED', reason: 'CLOSED', attempts: 0 });
    expect(error.message).toBe('The Stripe client was closed (CLOSED)');
  });

  it.each([
    ['E_1', 'E_1'],
    ['E'.repeat(64), 'E'.repeat(64)],
    ['E'.repeat(65), 'UNKNOWN'],
    ['CANARY canary', 'UNKNOWN'],
    ['canary CANARY', 'UNKNOWN'],
    ['', 'UNKNOWN'],
    [7, 'UNKNOWN'],
    [['E1'], 'UNKNOWN'],
    [undefined, 'UNKNOWN'],
  ])('the code %p as %s', async (code, reason) => {
    const call = ask(1, {
      host: 'shop.example',
      config: { httpAgent: new http.Agent({ lookup: failingLookup(code) }) },
    });
    expect(await failure(call)).toMatchObject({ code: 'ECONN', reason });
  });
});

describe('what is asked once more', () => {
  it.each([
    ['EADDRNOTAVAIL', 2],
    ['EAI_AGAIN', 2],
    ['ECONNABORTED', 2],
    ['ECONNREFUSED', 2],
    ['ECONNRESET', 2],
    ['EHOSTUNREACH', 2],
    ['ENETUNREACH', 2],
    ['ENOTFOUND', 2],
    ['EPIPE', 2],
    ['ETIMEDOUT', 2],
    ['CERT_HAS_EXPIRED', 1],
    ['', 1],
  ])('after %p: %i requests', async (code, attempts) => {
    const { port } = await startServer(answering(200, '{}'));
    const httpAgent = new http.Agent({ lookup: failingLookup(code) });
    const call = ask(port, { host: 'shop.example', config: { httpAgent }, maxNetworkRetries: 1 });
    if (attempts === 1) expect(await failure(call)).toMatchObject({ attempts });
    else expect(factsOf((await call).getRawResponse())?.attempts).toBe(attempts);
    expect(pauses).toHaveBeenCalledTimes(attempts - 1);
  });

  it.each([
    [0, 100],
    [0.5, 200],
    [1, 300],
  ])('after a pause by chance: %d is %i ms', async (chance, ms) => {
    jest.spyOn(Math, 'random').mockReturnValue(chance);
    const { port, requests } = await startServer(answering(503, '{}'));
    await ask(port, { maxNetworkRetries: 1 });
    expect(requests).toHaveLength(2);
    expect(pauses).toHaveBeenCalledWith(ms);
  });

  it('at once after the answer to another call, told by the key that Stripe echoes', async () => {
    let answers = 0;
    const { port } = await startServer((_request, response) => {
      response.writeHead(200, { 'idempotency-key': answers++ === 0 ? 'another' : 'ours' }).end('{}');
    });
    const headers = { 'idempotency-key': 'ours', 'x-other': 'another' };
    const response = await ask(port, { headers });
    expect(factsOf(response.getRawResponse())?.attempts).toBe(2);
    expect(pauses).not.toHaveBeenCalled();
  });

  it('with the first answer dropped, where nobody has read it', async () => {
    const { port, requests, closed } = await startServer((_request, response) => {
      response.writeHead(requests.length === 1 ? 503 : 200);
      if (requests.length === 1) response.write('{');
      else response.end('{}');
    });
    (await ask(port, { path: '/v1/customers', maxNetworkRetries: 1 })).dispose();
    expect(closed).toHaveLength(2);
    await closed[0];
  });
});

describe('what is written', () => {
  async function headersOf(headers: Headers, method = 'POST'): Promise<IncomingMessage['headersDistinct']> {
    const { port, requests } = await startServer(answering(200, '{}'));
    (await ask(port, { headers, method })).dispose();
    return requests[0]?.headersDistinct ?? {};
  }
  const MADE = expect.stringMatching(/^express-stripe-customer-session-[\da-f-]{36}$/);

  it('headers as they are, lists in full, and none that says nothing', async () => {
    const list = Object.freeze(['a', 'b']);
    const written = await headersOf({
      'X-List': list,
      'X-Number': 7,
      'X-None': null,
      'X-Nothing': undefined,
    });
    expect(written).toMatchObject({ 'x-list': ['a', 'b'], 'x-number': ['7'] });
    expect(Object.keys(written)).not.toContain('x-none');
    expect(Object.keys(written)).not.toContain('x-nothing');
  });

  it('a key for every POST: the one given, else one of its own', async () => {
    expect(await headersOf({ 'IDEMPOTENCY-Key': 'ours', 'x-last': '1' })).toMatchObject({
      'idempotency-key': ['ours'],
    });
    expect(await headersOf({ 'x-key': '1' })).toMatchObject({ 'idempotency-key': [MADE] });
    expect(Object.keys(await headersOf({}, 'GET'))).not.toContain('idempotency-key');
  });
});

it('says who it is, as stripe-node asks', () => {
  const client = new StripeHttpClient(parseTransport({}, 0));
  expect(client.getClientName()).toBe('express-stripe-customer-session');
});

it.each([
  [{}, { host: 'api.stripe.com', protocol: 'https', port: 443, spareConnection: true }],
  [{ protocol: 'http' }, { protocol: 'http', port: 80 }],
  [
    { protocol: 'http', port: '8080', spareConnection: false },
    { port: 8080, spareConnection: false },
  ],
  [{ port: 8443 }, { protocol: 'https', port: 8443 }],
] as const)('connects as %j says', (config, settings) => {
  expect(parseTransport(config, 0)).toMatchObject(settings);
});

it('trusts nobody unseen, whatever the environment says', () => {
  const buffer = Buffer.from('pem');
  const list = Object.freeze(['pem']);
  expect(trust(undefined)).toEqual({ rejectUnauthorized: true });
  expect(trust('pem')).toEqual({ rejectUnauthorized: true, ca: 'pem' });
  expect(trust(buffer)).toEqual({ rejectUnauthorized: true, ca: buffer });
  expect(trust(list)).toEqual({ rejectUnauthorized: true, ca: ['pem'] });
});
