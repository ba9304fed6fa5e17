import { mayPass } from '../../src/client/errors.js';
import { CustomerSessionError } from '../../src/client/index.js';
import {
  createFakeFetch,
  type FakeFetch,
  fakeHang,
  fakeProblem,
  fakeReset,
  fakeSession,
} from './support/fake-fetch.js';
import { secretOf, sourceKeeper } from './support/sources.js';

// The clock is moved by hand: no test here waits for anything.

const MINUTE = 60_000;
const keeper = sourceKeeper();
let server: FakeFetch;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  server = createFakeFetch();
});

afterEach(async () => {
  keeper.clear();
  await jest.advanceTimersByTimeAsync(0);
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

const newSource = (options = {}) => keeper.source('/customer-session', { fetch: server.fetch, ...options });
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

async function get(options = {}, waitMs = 20_000) {
  const answer = newSource(options).get();
  await pass(waitMs);
  return answer;
}

describe('what may pass by itself is asked again', () => {
  const AFTER = { 'retry-after': '1' };
  const passing: [string, () => Response | Promise<Response>][] = [
    ['429 rate_limited', fakeProblem(429, 'rate_limited', AFTER)],
    ['503 overloaded', fakeProblem(503, 'overloaded', AFTER)],
    ['503 stripe_rate_limited', fakeProblem(503, 'stripe_rate_limited', AFTER)],
    ['502 stripe_unavailable', fakeProblem(502, 'stripe_unavailable')],
    ['504 timeout', fakeProblem(504, 'timeout')],
    ['a proxy’s 429', () => new Response('slow down', { status: 429 })],
    ['a proxy’s 502', () => new Response('<html>Bad Gateway</html>', { status: 502 })],
    ['a proxy’s 503', () => new Response('restarting', { status: 503 })],
    ['a proxy’s 504', () => new Response('', { status: 504 })],
    ['a reset', fakeReset],
  ];

  test.each(passing)('%s, then a session', async (_name, answer) => {
    server.answer(answer, fakeSession());
    expect(await get()).not.toBeNull();
    expect(server.requests).toHaveLength(2);
    expect(keeper.errors).toEqual([]);
  });

  test.each(passing)('%s, three times: null, with onError told once', async (_name, answer) => {
    server.answer(answer);
    expect(await get()).toBeNull();
    expect(server.requests).toHaveLength(3);
    expect(keeper.errors).toHaveLength(1);
  });

  const lasting: [string, () => Response | Promise<Response>, string][] = [
    ...(
      [
        [405, 'method_not_allowed'],
        [403, 'tls_required'],
        [403, 'cross_origin'],
        [401, 'unauthenticated'],
        [409, 'no_customer'],
        [500, 'misconfigured'],
        [500, 'internal_error'],
        [502, 'stripe_mismatch'],
      ] as const
    ).map(([status, code]): (typeof lasting)[number] => [
      `${status} ${code}`,
      fakeProblem(status, code),
      code,
    ]),
    ['a page', () => new Response('<!doctype html>'), 'invalid_response'],
    ['a 404', () => new Response('not found', { status: 404 }), 'invalid_response'],
    ['a host’s own 500', () => new Response('oops', { status: 500 }), 'invalid_response'],
  ];

  test.each(lasting)('%s is not: null at once, with onError told', async (_name, answer, code) => {
    server.answer(answer);
    expect(await get({}, 0)).toBeNull();
    expect(keeper.codes()).toEqual([code]);
    expect(server.requests).toHaveLength(1);
  });

  test('nor what the client itself says of a cache', () => {
    expect(mayPass(new CustomerSessionError('replayed', 200))).toBe(false);
  });
});

describe('Retry-After', () => {
  test('is waited for, to the second', async () => {
    server.answer(fakeProblem(503, 'overloaded', { 'retry-after': '2' }), fakeSession());
    const answer = newSource().get();
    await pass(1_999);
    expect(server.requests).toHaveLength(1);
    await pass(1_000);
    expect(server.requests).toHaveLength(2);
    expect(await answer).not.toBeNull();
  });

  test.each(['5', '6', '3600', 'Wed, 01 Jan 2200 00:00:00 GMT'])(
    '%s is more than a buyer waits: null at once',
    async (after) => {
      server.answer(fakeProblem(429, 'rate_limited', { 'retry-after': after }), fakeSession());
      expect(await get({}, 0)).toBeNull();
      expect(keeper.errors).toMatchObject([{ code: 'rate_limited' }]);
      expect(server.requests).toHaveLength(1);
    },
  );

  test('no answer: null after timeoutMs, for all attempts together', async () => {
    server.answer(fakeReset, fakeHang);
    const answer = newSource({ timeoutMs: 2_000 }).get();
    await pass(2_000);
    expect(await answer).toBeNull();
    expect(keeper.codes()).toEqual(['timeout']);
    expect(server.requests.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test('a pause ends with invalidate(), and nothing is left running', async () => {
    server.answer(fakeProblem(503, 'overloaded', { 'retry-after': '3' }));
    const source = newSource();
    const answer = source.get();
    await pass(100);
    expect(jest.getTimerCount()).toBeGreaterThan(0);
    source.invalidate();
    expect(await answer).toBeNull();
    expect(jest.getTimerCount()).toBe(0);
    await pass(10_000);
    expect(server.requests).toHaveLength(1);
    expect(keeper.errors).toEqual([]);
  });
});

describe('a session that is held', () => {
  async function hold(options = {}) {
    const source = newSource(options);
    const leave = keeper.hold(source);
    await pass(0);
    return { source, first: secretOf(source.getSnapshot().session), leave };
  }

  test('is left alone while more than a minute is left, and renewed when less is', async () => {
    const { source, first } = await hold();
    await pass(28.5 * MINUTE);
    expect(source.getSnapshot().session?.clientSecret).toBe(first);
    expect(server.requests).toHaveLength(1);
    await pass(0.75 * MINUTE);
    expect(server.requests).toHaveLength(2);
    expect(source.getSnapshot()).toMatchObject({ status: 'ready', refreshing: false });
    expect(source.getSnapshot().session?.clientSecret).not.toBe(first);
  });

  test('is renewed after the machine slept', async () => {
    const { source, first } = await hold();
    jest.setSystemTime(Date.now() + 60 * MINUTE);
    await pass(15_000);
    expect(source.getSnapshot().session?.clientSecret).not.toBe(first);
  });

  test('is what get gives, until less than a minute is left', async () => {
    const { source, first } = await hold();
    expect(secretOf(await source.get())).toBe(first);
    jest.setSystemTime(Date.now() + 29 * MINUTE + 1_000);
    expect(secretOf(await source.get())).not.toBe(first);
    expect(server.requests).toHaveLength(2);
  });

  test('is renewed in an outage every 15 s while it lasts, then it is unavailable and nothing is asked', async () => {
    const { source, first } = await hold();
    server.answer(fakeProblem(503, 'overloaded', { 'retry-after': '9' }));
    await pass(29.25 * MINUTE);
    expect(source.getSnapshot()).toMatchObject({
      status: 'ready',
      session: { clientSecret: first },
      error: { code: 'overloaded' },
    });
    await pass(MINUTE);
    expect(source.getSnapshot()).toMatchObject({
      status: 'unavailable',
      session: null,
      error: { code: 'overloaded' },
    });
    const asked = server.requests.length;
    expect(asked).toBeLessThanOrEqual(6);
    await pass(60 * MINUTE);
    expect(server.requests).toHaveLength(asked);
  });

  test('is not asked for again in an outage before Retry-After', async () => {
    await hold();
    server.answer(fakeProblem(503, 'overloaded', { 'retry-after': '40' }));
    await pass(29.25 * MINUTE);
    expect(server.requests).toHaveLength(2);
    await pass(20_000);
    expect(server.requests).toHaveLength(2);
    await pass(10_000);
    expect(server.requests).toHaveLength(3);
  });

  test('stays to its end where its renewal fails for good', async () => {
    const { source } = await hold();
    server.answer(fakeProblem(500, 'internal_error'));
    await pass(29.5 * MINUTE);
    expect(source.getSnapshot()).toMatchObject({ status: 'ready', error: { code: 'internal_error' } });
    await pass(MINUTE);
    expect(source.getSnapshot()).toMatchObject({ status: 'unavailable', error: { code: 'internal_error' } });
    expect(server.requests).toHaveLength(2);
    expect(keeper.codes()).toEqual(['internal_error']);
  });

  test('goes at once when the renewal finds nobody signed in', async () => {
    const { source } = await hold();
    server.answer(fakeProblem(401, 'unauthenticated'));
    await pass(29.25 * MINUTE);
    expect(source.getSnapshot()).toMatchObject({ status: 'idle', session: null, signOuts: 1 });
    expect(keeper.codes()).toEqual(['unauthenticated']);
  });

  test('and is past on arrival is held for 25 minutes of this page’s own time', async () => {
    server.answer(fakeSession({ lifeMs: -3_600_000, date: false }));
    const { source, first } = await hold();
    expect(secretOf(await source.get())).toBe(first);
    await pass(23 * MINUTE);
    expect(server.requests).toHaveLength(1);
    await pass(1.5 * MINUTE);
    expect(server.requests).toHaveLength(2);
  });

  test('and is past on arrival is one request for each get() of a page that holds nothing', async () => {
    server.answer(fakeSession({ lifeMs: -3_600_000, date: false }));
    expect(await get()).not.toBeNull();
    expect(server.requests).toHaveLength(1);
  });

  test('is forgotten with the last subscriber: no timer outlives it', async () => {
    const { source, leave } = await hold();
    leave();
    await pass(0);
    expect(source.getSnapshot()).toMatchObject({ status: 'loading', session: null });
    expect(jest.getTimerCount()).toBe(0);
  });

  test('by nobody, because it was preloaded, is forgotten when it is about to end', async () => {
    const source = newSource();
    source.preload();
    await pass(29.25 * MINUTE);
    expect(source.getSnapshot()).toMatchObject({ status: 'loading', session: null });
    expect(server.requests).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
