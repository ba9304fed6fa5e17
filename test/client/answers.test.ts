import { inspect } from 'node:util';
import { CustomerSessionError, fetchCustomerSession } from '../../src/client/index.js';
import { raw, type SessionServer, startSessionServer } from './support/session-server.js';

// Whatever a server or a proxy answers: a session, or a CustomerSessionError with sane numbers.

const NOW = Date.now();
const IN_HALF_AN_HOUR = Math.floor(NOW / 1000) + 1800;
const MINUTE = 60_000;
const URN = 'urn:express-stripe-customer-session:problem:';

/** What the client makes of an answer. */
async function read(response: Response): Promise<unknown> {
  try {
    return await fetchCustomerSession('/customer-session', { fetch: async () => response });
  } catch (error) {
    return error;
  }
}

function answer(body: unknown, init: ResponseInit = {}): Response {
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), init);
}

const good = (expires_at: unknown, headers = {}) =>
  answer({ client_secret: 'cuss_secret_fake', expires_at }, { headers });

async function minutesLeft(response: Response): Promise<number> {
  const got = (await read(response)) as { expiresAt: Date };
  expect(got.expiresAt).toBeInstanceOf(Date);
  return Math.round((got.expiresAt.getTime() - Date.now()) / MINUTE);
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
});

afterEach(() => {
  jest.useRealTimers();
});

describe('when a session ends', () => {
  test.each([-120, -1, 0, 1, 120])('is told on this clock, which is %d minutes off', async (off) => {
    const serverNow = NOW + off * MINUTE;
    const date = new Date(serverNow).toUTCString();
    expect(await minutesLeft(good(Math.floor(serverNow / 1000) + 1800, { date }))).toBe(30);
  });

  test('that is past on arrival is in 25 minutes: some clock is wrong', async () => {
    expect(await minutesLeft(good(IN_HALF_AN_HOUR - 3600))).toBe(25);
    const tomorrow = new Date(NOW + 24 * 60 * MINUTE).toUTCString();
    expect(await minutesLeft(good(IN_HALF_AN_HOUR, { date: tomorrow }))).toBe(25);
  });

  test.each(['junk', '', '-1', 'Infinity'])('does not hang on the Date header %p', async (date) => {
    expect(await minutesLeft(good(IN_HALF_AN_HOUR, { date }))).toBeGreaterThanOrEqual(25);
  });

  test.each([8.64e12, Number.MAX_SAFE_INTEGER, 1e300])('is a date even for %d', async (seconds) => {
    const got = (await read(good(seconds))) as { expiresAt: Date };
    expect(Number.isNaN(got.expiresAt.getTime())).toBe(false);
  });

  test.each([0, -1, null, '1767225600', [1], {}, true])('is not %p', async (seconds) => {
    expect(await read(good(seconds))).toMatchObject({ code: 'invalid_response', status: 200 });
  });
});

describe('a secret', () => {
  test.each([
    ['empty', ''],
    ['short', 'cuss_se'],
    ['with a space', 'cuss_secret fake'],
    ['with a line break', 'cuss_secret_fake\n'],
    ['longer than 5000 characters', 'c'.repeat(5001)],
    ['what the server’s session object prints', '[CustomerSession]'],
    ['a number', 12345678],
    ['a list', ['cuss_secret_fake']],
    ['an object', { toString: 'cuss_secret_fake' }],
  ])('that is %s is none', async (_name, client_secret) => {
    const got = await read(answer({ client_secret, expires_at: IN_HALF_AN_HOUR }));
    expect(got).toMatchObject({ code: 'invalid_response', status: 200 });
  });

  test('has a customer only where that is a string', async () => {
    const session = {
      clientSecret: 'cuss_secret_fake',
      expiresAt: IN_HALF_AN_HOUR,
      customerId: { id: 'cus_1' },
    };
    expect(await read(answer(session))).toMatchObject({ customerId: undefined });
  });
});

const CODE = 'no_customer';
const hostile: [string, string][] = [
  ['a type that is an object', `{"type":{"toString":1,"endsWith":2},"code":"${CODE}"}`],
  ['a type that is a list', `{"type":["${URN}${CODE}"],"code":"${CODE}"}`],
  ['a code that is an object', `{"type":"${URN}[object Object]","code":{}}`],
  ['a code that is a list', `{"type":"${URN}${CODE}","code":["${CODE}"]}`],
  ['no code', `{"type":"${URN}undefined"}`],
  ['another urn', `{"type":"urn:other:problem:${CODE}","code":"${CODE}"}`],
  ['a __proto__', `{"__proto__":{"type":"${URN}${CODE}","code":"${CODE}"}}`],
  ['30,000 lists in each other', '['.repeat(30_000)],
  ['30,000 objects in each other', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ['null', 'null'],
  ['a number', '1e999'],
  ['a string', '"__proto__"'],
  ['half a character', '"\ud800'],
];

test.each(hostile)('%s is an invalid_response', async (_name, body) => {
  const error = await read(answer(body, { status: 403 }));
  expect(error).toBeInstanceOf(CustomerSessionError);
  expect(error).toMatchObject({ code: 'invalid_response', status: 403, retryAfterMs: 0 });
});

test('a problem of this package has its code', async () => {
  const error = await read(answer({ type: `${URN}${CODE}`, code: CODE }, { status: 409 }));
  expect(error).toMatchObject({ code: CODE, status: 409 });
});

describe('Retry-After', () => {
  const DAY = 86_400_000;
  test.each([
    ['7', 7_000],
    ['0', 0],
    ['1.5', 1_500],
    ['-5', 0],
    ['', 0],
    ['soon', 0],
    ['NaN', 0],
    ['Infinity', DAY],
    ['9'.repeat(400), DAY],
    ['1e9', DAY],
    [new Date(NOW + 90_000).toUTCString(), 90_000],
    [new Date(NOW - 90_000).toUTCString(), 0],
    ['Wed, 01 Jan 2200 00:00:00 GMT', DAY],
  ])('%p is %d ms', async (after, ms) => {
    const date = new Date(NOW).toUTCString();
    const error = await read(answer('', { status: 503, headers: { 'retry-after': after, date } }));
    expect(error).toMatchObject({ code: 'invalid_response', status: 503, retryAfterMs: ms });
  });

  test('as a date is read on the server’s clock', async () => {
    const hourAhead = NOW + 60 * MINUTE;
    const headers = {
      'retry-after': new Date(hourAhead + 30_000).toUTCString(),
      date: new Date(hourAhead).toUTCString(),
    };
    expect(await read(answer('', { status: 429, headers }))).toMatchObject({ retryAfterMs: 30_000 });
  });
});

describe('the body', () => {
  function endless(): { body: ReadableStream<Uint8Array>; chunks: () => number } {
    let sent = 0;
    const chunk = new TextEncoder().encode('x'.repeat(1024));
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(chunk);
      },
    });
    return { body, chunks: () => sent };
  }

  test('is read up to 64 KiB, and the status tells the rest', async () => {
    const { body, chunks } = endless();
    expect(await read(new Response(body, { status: 503, headers: { 'retry-after': '2' } }))).toMatchObject({
      code: 'invalid_response',
      status: 503,
      retryAfterMs: 2000,
    });
    expect(chunks()).toBeLessThan(70);
  });

  test('may come in pieces, cut through a character', async () => {
    const whole = JSON.stringify({ title: '“ü”', type: `${URN}${CODE}`, code: CODE });
    const bytes = new TextEncoder().encode(whole);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await read(new Response(body, { status: 409 }))).toMatchObject({ code: CODE });
  });

  test('that breaks off is the code network', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error('reset, with cuss_secret_canary'));
      },
    });
    const error = await read(new Response(body));
    expect(error).toMatchObject({ code: 'network', status: undefined });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  test('is read as text where there are no streams, as in React Native', async () => {
    const { status, headers } = good(IN_HALF_AN_HOUR);
    const text = async () => `{"client_secret":"cuss_secret_fake","expires_at":${IN_HALF_AN_HOUR}}`;
    expect(await read({ status, headers, text } as unknown as Response)).toMatchObject({
      clientSecret: 'cuss_secret_fake',
    });
  });

  test('is no session where fetch gives nothing of the kind', async () => {
    expect(await read(undefined as unknown as Response)).toMatchObject({ code: 'network' });
  });
});

describe('over the network', () => {
  let server: SessionServer;

  beforeEach(async () => {
    jest.useRealTimers();
    server = await startSessionServer();
  });

  afterEach(() => server.close());

  test('the rest of an endless answer is given up at the server, too', async () => {
    server.answer((_request, response) => {
      response.writeHead(200);
      const more = () => {
        if (!response.destroyed && response.write('x'.repeat(16_384))) setImmediate(more);
      };
      response.on('drain', more);
      more();
    });
    await expect(fetchCustomerSession(server.url)).rejects.toMatchObject({
      code: 'invalid_response',
      status: 200,
    });
    await server.requests[0]?.ended;
  });

  test('a body of exactly what may pass is read', async () => {
    const session = `{"client_secret":"cuss_secret_fake","expires_at":${IN_HALF_AN_HOUR}}`;
    server.answer(raw(200, session.padEnd(64 * 1024), { date: '' }));
    expect(await fetchCustomerSession(server.url)).toMatchObject({ clientSecret: 'cuss_secret_fake' });
    server.answer(raw(200, session.padEnd(64 * 1024 + 1), { date: '' }));
    await expect(fetchCustomerSession(server.url)).rejects.toMatchObject({ code: 'invalid_response' });
  });
});
