import { until } from '../support/until.js';
import {
  held,
  problem,
  raw,
  type SessionServer,
  session,
  startSessionServer,
} from './support/session-server.js';
import { EMPTY, secretOf, sourceKeeper } from './support/sources.js';

const keeper = sourceKeeper();
let server: SessionServer;

beforeEach(async () => {
  server = await startSessionServer();
});

afterEach(async () => {
  keeper.clear();
  await server.close();
});

const newSource = (options = {}) => keeper.source(server.url, options);

/** A whole request that is not the source's: what the source sent before has arrived by then. */
const fence = async () => {
  await fetch(server.url, { method: 'POST' }).then((response) => response.text());
  return server.requests.length - 1;
};

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

  test('shares one request with a call that comes later, while it is under way', async () => {
    const answer = held(session());
    server.answer(answer.answer);
    const source = newSource();
    const first = source.get();
    await until(() => server.requests.length === 1);
    const second = source.get();
    answer.release();
    expect(secretOf(await second)).toBe(secretOf(await first));
    expect(server.requests).toHaveLength(1);
  });

  test('keeps nothing once it has answered', async () => {
    const source = newSource();
    await source.get();
    expect(source.getSnapshot()).toEqual(EMPTY);
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

describe('a secret that comes twice', () => {
  const SAME = session({ secret: 'cuss_secret_fake_same' });

  test('is not used: the code is replayed, and it is not asked for again', async () => {
    server.answer(SAME);
    const source = newSource();
    expect(secretOf(await source.get())).toBe('cuss_secret_fake_same');
    expect(await source.get()).toBeNull();
    expect(keeper.errors).toMatchObject([{ code: 'replayed', status: 200 }]);
    expect(server.requests).toHaveLength(2);
  });

  test('is not used after a sign-out either, where it would be another user’s', async () => {
    server.answer(SAME);
    const source = newSource();
    await source.get();
    source.invalidate();
    expect(await source.get()).toBeNull();
    expect(keeper.codes()).toEqual(['replayed']);
  });

  test('as the renewal of itself leaves what is held', async () => {
    server.answer(SAME);
    const source = newSource();
    keeper.hold(source);
    await until(() => source.getSnapshot().status === 'ready');
    await source.refresh();
    expect(source.getSnapshot()).toMatchObject({
      status: 'ready',
      session: { clientSecret: 'cuss_secret_fake_same' },
      error: { code: 'replayed' },
    });
  });
});

describe('subscribe', () => {
  test('asks for one session for ten, and holds it while somebody stays', async () => {
    const source = newSource();
    const seen: string[] = [];
    const ten = Array.from({ length: 10 }, () =>
      keeper.hold(source, () => seen.push(source.getSnapshot().status)),
    );
    await until(() => source.getSnapshot().status === 'ready');
    expect(seen).toEqual(Array.from({ length: 10 }, () => 'ready'));
    const { session: first } = source.getSnapshot();
    for (const leave of ten.slice(1)) leave();
    expect(await source.get()).toBe(first);
    expect(server.requests).toHaveLength(1);
    ten[0]?.();
    await until(() => source.getSnapshot().session === null);
    expect(source.getSnapshot()).toEqual(EMPTY);
  });

  test('that comes, goes and comes back in one task is one request, as StrictMode does it', async () => {
    const source = newSource();
    keeper.hold(source)();
    keeper.hold(source);
    await until(() => source.getSnapshot().status === 'ready');
    expect(server.requests).toHaveLength(1);
  });

  test('that is the last to go and comes back in one task keeps the session', async () => {
    const source = newSource();
    const leave = keeper.hold(source);
    await until(() => source.getSnapshot().status === 'ready');
    const before = source.getSnapshot();
    leave();
    keeper.hold(source);
    expect(await source.get()).toBe(before.session);
    expect(await fence()).toBe(1);
    expect(source.getSnapshot()).toBe(before);
  });

  test('that leaves cancels the request under way', async () => {
    server.answer(() => {});
    const source = newSource();
    const leave = keeper.hold(source);
    await until(() => server.requests.length === 1);
    leave();
    leave();
    await server.requests[0]?.ended;
    expect(keeper.errors).toEqual([]);
  });

  test('that leaves twice is one that has left: the other keeps the session', async () => {
    const source = newSource();
    const leave = keeper.hold(source);
    keeper.hold(source);
    await until(() => source.getSnapshot().status === 'ready');
    const before = source.getSnapshot();
    leave();
    leave();
    expect(await fence()).toBe(1);
    expect(source.getSnapshot()).toBe(before);
  });

  test('during an outage asks once, and again only when told to', async () => {
    server.answer(problem(409, 'no_customer'));
    const source = newSource();
    keeper.hold(source);
    await until(() => source.getSnapshot().status === 'unavailable');
    keeper.hold(source);
    expect(source.getSnapshot()).toMatchObject({ session: null, error: { code: 'no_customer' } });
    expect(await fence()).toBe(1);
    server.answer(session());
    expect(await source.refresh()).toBe(source.getSnapshot().session);
    expect(source.getSnapshot()).toMatchObject({ status: 'ready', error: null });
  });

  test('gives the same snapshot until something changes', async () => {
    const source = newSource();
    keeper.hold(source);
    await until(() => source.getSnapshot().status === 'ready');
    expect(source.getSnapshot()).toBe(source.getSnapshot());
  });
});

describe('refresh', () => {
  test('overtakes what is under way; who waited gets the newest answer', async () => {
    server.answer(() => {}, session({ secret: 'cuss_secret_fake_newest' }));
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

  test.each([
    ['a session', session(), 'ready'],
    ['a failure', problem(409, 'no_customer'), 'unavailable'],
  ])('can be seen over %s while it is under way', async (_name, first, status) => {
    const second = held(session());
    server.answer(first, second.answer);
    const source = newSource();
    const seen: boolean[] = [];
    keeper.hold(source, () => seen.push(source.getSnapshot().refreshing));
    await until(() => source.getSnapshot().status === status);
    const fresh = source.refresh();
    expect(source.getSnapshot()).toMatchObject({ status, refreshing: true });
    second.release();
    await fresh;
    expect(seen).toEqual([false, true, false]);
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
