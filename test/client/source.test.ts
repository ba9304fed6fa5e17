import {
  type CustomerSession,
  type CustomerSessionError,
  type CustomerSessionSource,
  createCustomerSessionSource,
} from '../../src/client/index.js';
import {
  hang,
  problem,
  raw,
  type SessionServer,
  session,
  startSessionServer,
} from './support/session-server.js';
import { until } from './support/until.js';

let server: SessionServer;
let errors: CustomerSessionError[];

beforeEach(async () => {
  server = await startSessionServer();
  errors = [];
});

const leaves: (() => void)[] = [];

// A source that is held keeps a timer, and with it the process.
afterEach(async () => {
  for (const leave of leaves.splice(0)) leave();
  await server.close();
});

function hold(source: CustomerSessionSource, listener: () => void = () => {}): () => void {
  const leave = source.subscribe(listener);
  leaves.push(leave);
  return leave;
}

function newSource(options: Parameters<typeof createCustomerSessionSource>[1] = {}): CustomerSessionSource {
  return createCustomerSessionSource(server.url, { onError: (error) => errors.push(error), ...options });
}

function secretOf(got: CustomerSession | null): string {
  if (!got) throw new Error('no session');
  return got.clientSecret;
}

describe('get', () => {
  test('gives each render a session of its own', async () => {
    const source = newSource();
    const first = await source.get();
    const second = await source.get();
    expect(secretOf(first)).not.toBe(secretOf(second));
    expect(server.requests).toHaveLength(2);
  });

  test('shares one request among calls at the same time', async () => {
    const source = newSource();
    const all = await Promise.all(Array.from({ length: 10 }, () => source.get()));
    expect(new Set(all.map(secretOf)).size).toBe(1);
    expect(server.requests).toHaveLength(1);
  });

  test('keeps nothing once it has answered', async () => {
    const source = newSource();
    await source.get();
    expect(source.getSnapshot()).toEqual({ status: 'loading', session: null, error: null });
  });

  test('does not need the source to call it', async () => {
    const { get } = newSource();
    expect(await get()).not.toBeNull();
  });

  test('survives a hook that throws', async () => {
    server.answer(problem(409, 'no_customer'));
    const source = newSource({
      onError: () => {
        throw new Error('the hook is broken');
      },
    });
    expect(await source.get()).toBeNull();
  });

  test('that follows a failure asks again', async () => {
    server.answer(problem(409, 'no_customer'), session());
    const source = newSource();
    expect(await source.get()).toBeNull();
    expect(await source.get()).not.toBeNull();
  });
});

describe('what gives null at once, with onError told', () => {
  test.each([
    [405, 'method_not_allowed'],
    [403, 'tls_required'],
    [403, 'cross_origin'],
    [401, 'unauthenticated'],
    [409, 'no_customer'],
    [500, 'misconfigured'],
    [500, 'internal_error'],
  ])('%d %s', async (status, code) => {
    server.answer(problem(status, code));
    expect(await newSource().get()).toBeNull();
    expect(errors.map((error) => error.code)).toEqual([code]);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['a page', raw(200, '<!doctype html>')],
    ['a 404', raw(404, 'not found')],
    ["a host's own 500", raw(500, 'oops')],
  ])('%s', async (_name, answer) => {
    server.answer(answer);
    expect(await newSource().get()).toBeNull();
    expect(errors.map((error) => error.code)).toEqual(['invalid_response']);
    expect(server.requests).toHaveLength(1);
  });
});

const passing = [
  ['429 rate_limited', problem(429, 'rate_limited', { 'retry-after': '1' })],
  ['503 overloaded', problem(503, 'overloaded', { 'retry-after': '1' })],
  ['503 stripe_rate_limited', problem(503, 'stripe_rate_limited', { 'retry-after': '1' })],
  ['502 stripe_unavailable', problem(502, 'stripe_unavailable')],
  ['502 stripe_mismatch', problem(502, 'stripe_mismatch')],
  ['504 timeout', problem(504, 'timeout')],
  ["a proxy's 502", raw(502, '<html>Bad Gateway</html>')],
  ["a proxy's 503", raw(503, 'restarting')],
  ["a proxy's 504", raw(504, '')],
  ['a reset', (request: { socket: { destroy(): void } }) => request.socket.destroy()],
] as const;

describe('what is asked again', () => {
  test.each(passing)('%s, then a session', async (_name, answer) => {
    server.answer(answer, session());
    expect(await newSource().get()).not.toBeNull();
    expect(server.requests).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  test.each(passing)('%s, three times: null', async (_name, answer) => {
    server.answer(answer);
    expect(await newSource().get()).toBeNull();
    expect(server.requests).toHaveLength(3);
    expect(errors).toHaveLength(1);
  });

  test('waits for what Retry-After says', async () => {
    server.answer(problem(503, 'overloaded', { 'retry-after': '1' }), session());
    const before = Date.now();
    await newSource().get();
    expect(Date.now() - before).toBeGreaterThanOrEqual(990);
  });

  test.each(['6', '3600', 'Wed, 01 Jan 2200 00:00:00 GMT'])(
    'does not come back before Retry-After: %s',
    async (after) => {
      server.answer(problem(429, 'rate_limited', { 'retry-after': after }), session());
      expect(await newSource().get()).toBeNull();
      expect(errors.map((error) => error.code)).toEqual(['rate_limited']);
      expect(server.requests).toHaveLength(1);
    },
  );

  test('does not wait beyond timeoutMs, which is for all attempts together', async () => {
    server.answer(hang);
    expect(await newSource({ timeoutMs: 200 }).get()).toBeNull();
    expect(errors.map((error) => error.code)).toEqual(['timeout']);
  });
});

describe('subscribe', () => {
  test('asks for one session for ten, and holds it while somebody stays', async () => {
    const source = newSource();
    const seen: string[] = [];
    const ten = Array.from({ length: 10 }, () => hold(source, () => seen.push(source.getSnapshot().status)));
    await until(() => source.getSnapshot().status === 'ready');
    expect(seen).toEqual(Array.from({ length: 10 }, () => 'ready'));
    const held = source.getSnapshot().session;
    for (const leave of ten.slice(1)) leave();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(source.getSnapshot().session).toBe(held);
    expect(await source.get()).toBe(held);
    expect(server.requests).toHaveLength(1);
    ten[0]?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(source.getSnapshot()).toEqual({ status: 'loading', session: null, error: null });
  });

  test('that comes, goes and comes back in one task is one request, as StrictMode does it', async () => {
    const source = newSource();
    hold(source)();
    const leave = hold(source);
    await until(() => source.getSnapshot().status === 'ready');
    expect(server.requests).toHaveLength(1);
    leave();
  });

  test('that is the last to go and comes back in one task keeps the session', async () => {
    const source = newSource();
    const leave = hold(source);
    await until(() => source.getSnapshot().status === 'ready');
    const held = source.getSnapshot();
    leave();
    hold(source);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(source.getSnapshot()).toBe(held);
    expect(server.requests).toHaveLength(1);
  });

  test('that leaves cancels the request under way', async () => {
    server.answer(hang);
    const source = newSource();
    const leave = hold(source);
    await until(() => server.requests.length === 1);
    leave();
    leave();
    await server.requests[0]?.ended;
    expect(errors).toEqual([]);
  });

  test('during an outage asks once, and again only when told to', async () => {
    server.answer(problem(409, 'no_customer'));
    const source = newSource();
    hold(source);
    await until(() => source.getSnapshot().status === 'unavailable');
    hold(source);
    expect(source.getSnapshot()).toMatchObject({ session: null, error: { code: 'no_customer' } });
    expect(server.requests).toHaveLength(1);
    server.answer(session());
    expect(await source.refresh()).toBe(source.getSnapshot().session);
    expect(source.getSnapshot()).toMatchObject({ status: 'ready', error: null });
  });

  test('gives the same snapshot until something changes', async () => {
    const source = newSource();
    const leave = hold(source);
    await until(() => source.getSnapshot().status === 'ready');
    expect(source.getSnapshot()).toBe(source.getSnapshot());
    leave();
  });
});

describe('invalidate', () => {
  test('forgets the session, asks for nothing, and the next call gets the next user', async () => {
    const source = newSource();
    const leave = hold(source);
    await until(() => source.getSnapshot().status === 'ready');
    source.invalidate();
    expect(source.getSnapshot()).toEqual({ status: 'idle', session: null, error: null });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.requests).toHaveLength(1);
    server.answer(session({ secret: 'cuss_secret_fake_of_bob' }));
    expect(secretOf(await source.get())).toBe('cuss_secret_fake_of_bob');
    expect(source.getSnapshot().session?.clientSecret).toBe('cuss_secret_fake_of_bob');
    leave();
  });

  test('drops an answer that is still on its way', async () => {
    let send = () => {};
    server.answer((request, response) => {
      send = () => session({ secret: 'cuss_secret_fake_of_ada' })(request, response);
    });
    const source = newSource();
    const states: string[] = [];
    hold(source, () => states.push(JSON.stringify(source.getSnapshot())));
    const asked = source.get();
    await until(() => server.requests.length === 1);
    source.invalidate();
    send();
    expect(await asked).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(states.join()).not.toContain('ada');
    expect(errors).toEqual([]);
  });

  test('and refresh: answers in the wrong order never show the former user', async () => {
    // A fetch that cannot be cancelled, so that the former user's answer really arrives, and arrives last.
    const late: (() => void)[] = [];
    const deaf: typeof fetch = async (input, init) => {
      const response = await fetch(input, { ...init, signal: null });
      if (late.length === 0) await new Promise<void>((resolve) => late.push(resolve));
      return response;
    };
    server.answer(
      session({ secret: 'cuss_secret_fake_of_ada' }),
      session({ secret: 'cuss_secret_fake_of_bob' }),
    );
    const source = newSource({ fetch: deaf });
    const states: string[] = [];
    hold(source, () => states.push(JSON.stringify(source.getSnapshot())));
    const asked = source.get();
    await until(() => late.length === 1);
    source.invalidate();
    expect(secretOf(await source.refresh())).toBe('cuss_secret_fake_of_bob');
    late[0]?.();
    await asked;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(source.getSnapshot().session?.clientSecret).toBe('cuss_secret_fake_of_bob');
    expect(states.join()).not.toContain('ada');
  });

  test('lets the next subscriber ask again', async () => {
    const source = newSource();
    hold(source);
    await until(() => source.getSnapshot().status === 'ready');
    source.invalidate();
    hold(source);
    expect(source.getSnapshot().status).toBe('loading');
    await until(() => source.getSnapshot().status === 'ready');
    expect(server.requests).toHaveLength(2);
  });
});

describe('refresh', () => {
  test('overtakes what is under way; who waited gets the newest answer', async () => {
    server.answer(hang, session({ secret: 'cuss_secret_fake_newest' }));
    const source = newSource();
    const waiting = source.get();
    await until(() => server.requests.length === 1);
    const fresh = source.refresh();
    expect(secretOf(await waiting)).toBe('cuss_secret_fake_newest');
    expect(await fresh).toEqual(await waiting);
    await server.requests[0]?.ended;
  });

  test('by ten components in one task is one request', async () => {
    const source = newSource();
    const all = await Promise.all(Array.from({ length: 10 }, () => source.refresh()));
    expect(new Set(all.map(secretOf)).size).toBe(1);
    expect(server.requests).toHaveLength(1);
  });
});

describe('a session near its end', () => {
  beforeEach(() => {
    // The clock and the source's own timer are moved by hand; sockets and pauses stay real.
    jest.useFakeTimers({
      doNotFake: [
        'setTimeout',
        'clearTimeout',
        'setImmediate',
        'clearImmediate',
        'nextTick',
        'queueMicrotask',
        'performance',
        'hrtime',
      ],
    });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  async function held(
    options = {},
  ): Promise<{ source: CustomerSessionSource; first: string; leave: () => void }> {
    const source = newSource(options);
    const leave = hold(source);
    while (source.getSnapshot().status === 'loading') await new Promise((resolve) => setTimeout(resolve, 5));
    return { source, first: secretOf(source.getSnapshot().session), leave };
  }

  async function pass(ms: number): Promise<void> {
    jest.advanceTimersByTime(ms);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }

  test('is left alone while more than a minute is left, and renewed when less is', async () => {
    const { source, first, leave } = await held();
    await pass(28 * 60_000);
    expect(source.getSnapshot().session?.clientSecret).toBe(first);
    expect(server.requests).toHaveLength(1);
    await pass(75_000);
    expect(server.requests).toHaveLength(2);
    expect(source.getSnapshot()).toMatchObject({ status: 'ready' });
    expect(source.getSnapshot().session?.clientSecret).not.toBe(first);
    leave();
  });

  test('is renewed after the machine slept', async () => {
    const { source, first, leave } = await held();
    jest.setSystemTime(Date.now() + 3_600_000);
    await pass(15_000);
    expect(source.getSnapshot().session?.clientSecret).not.toBe(first);
    leave();
  });

  test('stays while its renewal fails, and goes when it has ended', async () => {
    const { source, first, leave } = await held();
    server.answer(problem(500, 'internal_error'));
    await pass(29 * 60_000 + 15_000);
    expect(source.getSnapshot()).toMatchObject({
      status: 'ready',
      session: { clientSecret: first },
      error: { code: 'internal_error' },
    });
    await pass(60_000);
    expect(source.getSnapshot()).toMatchObject({ status: 'unavailable', session: null });
    const asked = server.requests.length;
    await pass(3_600_000);
    expect(server.requests).toHaveLength(asked);
    leave();
  });

  test('goes at once when the renewal finds nobody signed in', async () => {
    const { source, leave } = await held();
    server.answer(problem(401, 'unauthenticated'));
    await pass(29 * 60_000 + 15_000);
    expect(source.getSnapshot()).toEqual({ status: 'idle', session: null, error: null });
    expect(errors.map((error) => error.code)).toEqual(['unauthenticated']);
    leave();
  });

  test('is not what get gives', async () => {
    const { source, first, leave } = await held();
    jest.setSystemTime(Date.now() + 29 * 60_000 + 1_000);
    expect(secretOf(await source.get())).not.toBe(first);
    leave();
  });

  test('is not renewed for nobody: no timer outlives the last subscriber', async () => {
    const { leave } = await held();
    leave();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(jest.getTimerCount()).toBe(0);
  });
});

test('nothing is written to the console', async () => {
  const written: unknown[] = [];
  const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
    jest.spyOn(console, name).mockImplementation((...line) => void written.push(line)),
  );
  server.answer(problem(409, 'no_customer'), raw(200, 'junk'), session());
  const source = newSource();
  await source.get();
  await source.get();
  await source.get();
  for (const spy of spies) spy.mockRestore();
  expect(written).toEqual([]);
});
