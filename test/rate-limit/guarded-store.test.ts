import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryStore, type Options, type Store } from 'express-rate-limit';
import { guardedStore } from '../../src/rate-limit/guarded-store.js';
import {
  type GuardedStoreEvent,
  type GuardedStoreOptions,
  parseGuardOptions,
} from '../../src/rate-limit/guarded-store-options.js';
import { FakeServer } from './support/fake-server.js';

const WINDOW_MS = 60_000;
const PROBE = 'guarded-store-probe';

const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
afterAll(() => emitWarning.mockRestore());

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

/** A process with a guarded store of the server. */
function startProcess(server: FakeServer, options: GuardedStoreOptions = {}, limit = 5) {
  const events: GuardedStoreEvent[] = [];
  const store = guardedStore(server.makeStore, { onStateChange: (event) => events.push(event), ...options });
  void store.init?.({ windowMs: WINDOW_MS, limit } as Options);
  const hit = async (key = 'ada') => (await store.increment(key)).totalHits;
  return {
    store,
    hit,
    /** That many at once; the totals that they were given, in order. */
    hits: (times: number, key?: string) => Promise.all(Array.from({ length: times }, () => hit(key))),
    states: () => events.map(({ state }) => state),
    events,
  };
}

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('H8 guardedStore at start-up', () => {
  it('lets requests wait for the first answer, and has them all counted by the store', async () => {
    const server = new FakeServer();
    server.mode = 'fails';
    const { hits, hit, events } = startProcess(server);
    const waiting = hits(3);
    await pass(500);
    server.mode = 'answers';
    await pass(100);
    expect(await waiting).toEqual([1, 2, 3]);
    // Nobody is blamed for what failed before: the same key is counted by the store at once.
    expect(await hit()).toBe(4);
    expect(server.hits.get('ada')).toBe(4);
    expect(events).toEqual([]);
  });

  it.each(['fails', 'hangs'] as const)('counts alone after startupMs where the store %s', async (mode) => {
    const server = new FakeServer();
    server.mode = mode;
    const { hits, states } = startProcess(server, { startupMs: 1_000 });
    const waiting = hits(3);
    await pass(800);
    expect(states()).toEqual([]);
    await pass(1_000);
    expect(await waiting).toEqual([1, 2, 3]);
    expect(states()).toEqual(['local']);
  });

  it('asks a new store each time, and the first one first', async () => {
    const server = new FakeServer();
    const healthy = startProcess(server);
    await healthy.hit();
    expect(server.stores).toHaveLength(1);
    server.mode = 'fails';
    const failing = startProcess(server, { startupMs: 100 });
    const waiting = failing.hit();
    await pass(200);
    await waiting;
    expect(server.stores).toHaveLength(1 + 3);
    expect(server.stores.flatMap(({ windows }) => windows)).toEqual(Array(4).fill(WINDOW_MS));
  });

  it('calls a factory that throws at boot again', async () => {
    const server = new FakeServer();
    let calls = 0;
    const store = guardedStore(() => {
      calls += 1;
      if (calls < 3) throw new Error('not yet');
      return server.makeStore();
    });
    const waiting = store.increment('ada');
    await pass(200);
    expect(await waiting).toMatchObject({ totalHits: 1 });
    expect(server.hits.get('ada')).toBe(1);
  });
});

describe('H8 guardedStore through an outage', () => {
  it('counts alone after two failures, asks no more, and adds to the shared count what it let through', async () => {
    const server = new FakeServer();
    const [here, there] = [startProcess(server, {}, 20), startProcess(server, {}, 20)];
    await Promise.all([here.hit(), there.hit('bob')]);
    server.mode = 'fails';
    expect([await here.hit(), await here.hit(), await here.hit()]).toEqual([2, 3, 4]);
    expect(server.asked.filter((key) => key === 'ada')).toHaveLength(3);
    expect(here.events).toEqual([{ state: 'local', reason: 'failed', error: new Error('down') }]);
    server.mode = 'answers';
    await pass(2_000);
    expect(here.states()).toEqual(['local', 'shared']);
    expect(server.hits.get('ada')).toBe(4);
    expect(await there.hit()).toBe(5);
  });

  it('owes for what was let through alone, and no more than the limit', async () => {
    const server = new FakeServer();
    const { hits } = startProcess(server, { startupMs: 0 }, 5);
    server.mode = 'fails';
    expect(await hits(100)).toEqual(
      Array.from({ length: 100 }, (_, index) => Math.min(index + 1, 6) + Math.max(0, index - 5)),
    );
    server.mode = 'answers';
    await pass(2_000);
    expect(server.hits.get('ada')).toBe(5);
  });

  it('goes on from what the store told last', async () => {
    const server = new FakeServer();
    const [here, there] = [startProcess(server, {}, 5), startProcess(server, {}, 5)];
    await there.hits(3);
    expect(await here.hit()).toBe(4);
    server.mode = 'fails';
    expect([await here.hit(), await here.hit(), await here.hit()]).toEqual([5, 6, 6]);
  });

  it('never lets through more than the limit in a window, although the store forgot', async () => {
    const server = new FakeServer();
    const { hits } = startProcess(server);
    await hits(5);
    server.hits.clear();
    expect(await hits(2)).toEqual([6, 7]);
  });

  it('a single failure loses no hit: it is judged by, and added with the next answer', async () => {
    const server = new FakeServer();
    const [here, there] = [startProcess(server), startProcess(server)];
    await here.hit();
    server.mode = 'fails';
    expect(await here.hit()).toBe(2);
    server.mode = 'answers';
    expect(await there.hit()).toBe(2);
    expect(await here.hit()).toBe(4);
    await pass(0);
    expect(server.hits.get('ada')).toBe(4);
    expect(here.events).toEqual([]);
  });

  it('failures that are not in a row are no outage', async () => {
    const server = new FakeServer();
    const { hit } = startProcess(server);
    for (let turn = 0; turn < 4; turn += 1) {
      server.mode = turn % 2 === 0 ? 'answers' : 'fails';
      await hit();
    }
    expect(server.asked.filter((key) => key === PROBE)).toHaveLength(1);
    expect(server.stores).toHaveLength(1);
  });

  it('does not add what the store counted after all, when it answered late', async () => {
    const server = new FakeServer();
    const { hit, hits, states } = startProcess(server, {}, 20);
    await hit();
    server.mode = 'hangs';
    const waiting = hits(4);
    await pass(300);
    expect(Math.max(...(await waiting))).toBe(5);
    expect(states()).toEqual(['local']);
    server.thaw();
    await pass(3_000);
    expect(states()).toEqual(['local', 'shared']);
    expect(server.hits.get('ada')).toBe(5);
    expect(await hit()).toBe(6);
  });

  it.each([
    ['no count', {}],
    ['a negative count', { totalHits: -1 }],
    ['a fraction', { totalHits: 1.5 }],
    ['NaN', { totalHits: Number.NaN }],
    ['nothing', undefined],
    ['a resetTime that is no Date', { totalHits: 1, resetTime: '2030-01-01' }],
    ['a resetTime that is no time', { totalHits: 1, resetTime: new Date(Number.NaN) }],
  ])('takes %s for a failure', async (_what, answer) => {
    const server = new FakeServer();
    const { hit, states } = startProcess(server);
    await hit();
    server.junk = { answer };
    expect([await hit(), await hit(), await hit()]).toEqual([2, 3, 4]);
    expect(states()).toEqual(['local']);
  });

  it('a listener that throws changes nothing', async () => {
    const server = new FakeServer();
    server.mode = 'fails';
    const onStateChange = () => {
      throw new Error('listener');
    };
    const { hit } = startProcess(server, { startupMs: 0, onStateChange });
    expect([await hit(), await hit(), await hit()]).toEqual([1, 2, 3]);
  });

  it('warns once per change of state', async () => {
    emitWarning.mockClear();
    const server = new FakeServer();
    const { hit, hits } = startProcess(server);
    await hit();
    for (let outage = 0; outage < 2; outage += 1) {
      server.mode = 'fails';
      await hits(5);
      await pass(5_000);
      server.mode = 'answers';
      await pass(2_000);
    }
    const codes = emitWarning.mock.calls.map(([, options]) => Object(options).code);
    expect(codes).toEqual(['LOCAL', 'SHARED', 'LOCAL', 'SHARED'].map((state) => `ESCS_LIMITER_${state}`));
  });
});

describe('H8 guardedStore: who waits for what', () => {
  it('leaves a key alone that fails while the others are counted, and asks for it again after retryAfterMs', async () => {
    const server = new FakeServer();
    const { hit, events } = startProcess(server, {}, 20);
    server.brokenKeys.add('ada');
    await hit('bob');
    expect([await hit(), await hit()]).toEqual([1, 2]);
    await pass(0);
    const before = server.asked.length;
    expect([await hit(), await hit('bob')]).toEqual([3, 2]);
    await pass(1_000);
    // What comes meanwhile does not put that off.
    expect([await hit(), await hit('bob')]).toEqual([4, 3]);
    expect(server.asked.slice(before)).toEqual(['bob', 'bob']);
    server.brokenKeys.delete('ada');
    await pass(1_000);
    expect(await hit()).toBe(5);
    await pass(0);
    expect(server.hits.get('ada')).toBe(5);
    expect(events).toEqual([]);
  });

  it('a broken key closes the store for nobody, also where one failure is enough', async () => {
    const server = new FakeServer();
    const { hit, events } = startProcess(server, { failures: 1 });
    server.brokenKeys.add('ada');
    expect([await hit('bob'), await hit(), await hit('bob'), await hit(), await hit('bob')]).toEqual([
      1, 1, 2, 2, 3,
    ]);
    await pass(0);
    expect(server.hits.get('bob')).toBe(3);
    expect(events).toEqual([]);
  });

  it('no request waits for a probe', async () => {
    const server = new FakeServer();
    const { hit, hits, store } = startProcess(server, { timeoutMs: 60_000 });
    await hit();
    server.mode = 'fails';
    // The second failure starts a probe, which hangs.
    server.onNewStore = () => {
      server.mode = 'hangs';
    };
    await hits(2);
    expect(server.asked.at(-1)).toBe(PROBE);
    // No timer runs here: whoever waited for the probe would wait for ever.
    expect(await hits(3)).toEqual([4, 5, 6]);
    await store.shutdown?.();
  });

  it('shuts the old store when a new one takes its place, and no other', async () => {
    const server = new FakeServer();
    const { hit, hits, states } = startProcess(server);
    await hit();
    server.mode = 'fails';
    await hits(2);
    server.mode = 'answers';
    await pass(2_000);
    expect(states()).toEqual(['local', 'shared']);
    expect(server.stores.map(({ isShut }) => isShut)).toEqual([true, true, false]);
  });

  it('does not shut a store that the factory gives again', async () => {
    const server = new FakeServer();
    const only = server.makeStore();
    const store = guardedStore(() => only);
    await store.increment('ada');
    server.mode = 'fails';
    await Promise.all([store.increment('ada'), store.increment('ada')]);
    server.mode = 'answers';
    await pass(2_000);
    expect(server.stores.map(({ isShut }) => isShut)).toEqual([false]);
    await store.shutdown?.();
    expect(server.stores.map(({ isShut }) => isShut)).toEqual([true]);
  });

  it('a crowd does not wait for a store that hangs: it is let go with the first two', async () => {
    const server = new FakeServer();
    const { hit, events } = startProcess(server, { timeoutMs: 100 }, 1_000);
    await hit();
    server.mode = 'hangs';
    let answered = 0;
    const ask = (times: number) => {
      for (let turn = 0; turn < times; turn += 1) void hit().then(() => (answered += 1));
    };
    ask(2);
    await pass(100);
    ask(200);
    await pass(1);
    expect(answered).toBe(0);
    await pass(50);
    expect(answered).toBe(202);
    // Nor does who comes later, and only the probe asks.
    server.asked.length = 0;
    ask(10);
    await pass(0);
    expect(answered).toBe(212);
    expect(server.asked.filter((key) => key !== PROBE)).toEqual([]);
    await pass(1_000);
    expect(events).toStrictEqual([{ state: 'local', reason: 'timeout' }]);
  });

  it('stops for good when it is shut', async () => {
    const server = new FakeServer();
    const { store, hit, hits } = startProcess(server);
    await hit();
    server.mode = 'fails';
    await hits(2);
    await store.shutdown?.();
    const asked = server.asked.length;
    await pass(60_000);
    expect(server.asked).toHaveLength(asked);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('nor does an answer that comes after that open it again', async () => {
    const server = new FakeServer();
    server.mode = 'hangs';
    const { store, hits } = startProcess(server);
    const waiting = hits(2);
    await pass(10);
    await store.shutdown?.();
    server.thaw();
    expect(await waiting).toEqual([1, 2]);
    expect(await hits(2)).toEqual([3, 4]);
    expect(server.hits.get('ada')).toBeUndefined();
    await pass(100);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('H8 guardedStore: windows', () => {
  it('a window of its own ends after windowMs', async () => {
    const server = new FakeServer();
    server.mode = 'fails';
    const { hit, hits } = startProcess(server, { startupMs: 0 });
    await hits(7);
    await pass(WINDOW_MS - 1);
    expect(await hit()).toBe(8);
    await pass(1);
    expect(await hit()).toBe(1);
  });

  it('a window that another process opened ends here when it ends there', async () => {
    const opened = Date.now();
    const server = new FakeServer(() => new Date(opened + WINDOW_MS));
    await pass(WINDOW_MS - 1_000);
    const { hits, hit } = startProcess(server);
    await hits(5);
    await pass(1_000);
    server.hits.clear();
    expect(await hit()).toBe(1);
  });

  it('a store whose clock is wrong makes no window longer', async () => {
    const server = new FakeServer(() => new Date(Date.now() + 3_600_000));
    const { hit, hits } = startProcess(server);
    await hits(5);
    server.mode = 'fails';
    await hits(2);
    await pass(WINDOW_MS);
    expect(await hit()).toBe(1);
  });

  it.each([-3_600_000, 3_600_000])(
    'a clock that is set by %d ms ends no window and holds up no probe',
    async (step) => {
      const server = new FakeServer();
      const { hit, hits, states } = startProcess(server);
      await hit();
      server.mode = 'fails';
      await hits(6);
      jest.setSystemTime(Date.now() + step);
      expect(await hit()).toBe(8);
      const { resetTime } = await startProcess(server, { startupMs: 0 }).store.increment('ada');
      expect(resetTime?.getTime()).toBe(Date.now() + WINDOW_MS);
      server.mode = 'answers';
      await pass(2_000);
      expect(states()).toEqual(['local', 'shared']);
      await pass(WINDOW_MS);
      server.hits.clear();
      expect(await hit()).toBe(1);
    },
  );

  it('keeps at most maxLocalKeys keys: the least recently used one starts anew', async () => {
    const server = new FakeServer();
    server.mode = 'fails';
    const { hit } = startProcess(server, { startupMs: 0, maxLocalKeys: 3 });
    for (const key of ['a', 'b', 'c', 'a', 'd']) await hit(key);
    expect([await hit('a'), await hit('c'), await hit('d'), await hit('b')]).toEqual([3, 2, 2, 1]);
  });
});

describe('guardedStore as a store', () => {
  it('decrement, resetKey, resetAll and get work on both counts', async () => {
    const { store, hits, hit } = startProcess(new FakeServer());
    await hits(3);
    await store.decrement('ada');
    expect(await store.get?.('ada')).toMatchObject({ totalHits: 2, resetTime: expect.any(Date) });
    await store.resetKey('ada');
    expect(await store.get?.('ada')).toBeUndefined();
    await hit();
    await store.resetAll?.();
    expect(await hit()).toBe(1);
  });

  it('so they do while it counts alone', async () => {
    const server = new FakeServer();
    server.mode = 'fails';
    const { store, hits, hit } = startProcess(server, { startupMs: 0 });
    await hits(3);
    await store.decrement('ada');
    expect(await store.get?.('ada')).toMatchObject({ totalHits: 2, resetTime: expect.any(Date) });
    expect(await hit()).toBe(3);
    await store.resetKey('ada');
    expect(await hit()).toBe(1);
  });

  it('decrement takes back a hit that is owed, and asks the store for every other', async () => {
    const server = new FakeServer();
    const { store, hit, hits } = startProcess(server);
    await hit();
    server.mode = 'fails';
    await hits(3);
    await store.decrement('ada');
    expect(server.hits.get('ada')).toBe(1);
    server.mode = 'answers';
    await pass(2_000);
    expect(server.hits.get('ada')).toBe(3);
    await store.decrement('ada');
    expect(server.hits.get('ada')).toBe(2);
    await store.decrement('bob');
    expect(server.hits.get('bob')).toBe(-1);
  });

  it('get adds what is owed to what the store tells, and knows what this process alone has counted', async () => {
    const server = new FakeServer();
    const [here, there] = [startProcess(server, {}, 20), startProcess(server, {}, 20)];
    await here.hit();
    server.mode = 'fails';
    await here.hit();
    server.mode = 'answers';
    expect(await here.store.get?.('ada')).toMatchObject({ totalHits: 2 });
    await there.hits(3);
    expect(await here.store.get?.('ada')).toMatchObject({ totalHits: 5 });
    await there.hit('bob');
    expect(await here.store.get?.('bob')).toEqual({ totalHits: 1, resetTime: undefined });
    server.hits.clear();
    expect(await here.store.get?.('ada')).toMatchObject({ totalHits: 2 });
    expect(await here.store.get?.('eve')).toBeUndefined();
  });

  it('its windows end when they end, be it by the clock of this process or of the store', async () => {
    const [server, near] = [new FakeServer(), new FakeServer(() => new Date(Date.now() + 10_000))];
    const [here, elsewhere] = [startProcess(server), startProcess(near)];
    for (const { hit, store } of [here, elsewhere]) {
      await hit();
      await pass(4_000);
      const leftMs = (await store.get?.('ada'))?.resetTime?.getTime();
      expect(leftMs).toBe(Date.now() + (store === here.store ? WINDOW_MS : 10_000) - 4_000);
    }
  });

  it('needs no more of a store than it must have, and tells its prefix', async () => {
    const server = new FakeServer();
    const makeStore = (): Store => {
      const { increment, decrement, resetKey } = server.makeStore();
      return { increment, decrement, resetKey, prefix: 'shop:' };
    };
    const store = guardedStore(makeStore);
    await store.increment('ada');
    expect([store.prefix, store.localKeys]).toEqual(['shop:', false]);
    expect(await store.get?.('ada')).toMatchObject({ totalHits: 1 });
    await store.resetAll?.();
    expect(await store.get?.('ada')).toBeUndefined();
    await expect(store.shutdown?.()).resolves.toBeUndefined();
  });

  it.each([
    ['timeoutMs', 0],
    ['timeoutMs', '100'],
    ['timeoutMs', 60_001],
    ['timeoutMs', 2 ** 31],
    ['failures', 1.5],
    ['startupMs', -1],
    ['startupMs', Number.POSITIVE_INFINITY],
    ['retryAfterMs', -1],
    ['retryAfterMs', 2 ** 31],
    ['maxLocalKeys', Number.NaN],
    ['maxLocalKeys', null],
    ['onStateChange', {}],
  ])('%s may not be %p', (name, value) => {
    const make = () => guardedStore(new FakeServer().makeStore, { [name]: value });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(`option "${name}" is`);
  });

  it('takes undefined for omitted, and no unknown option, no store and no junk for a factory', () => {
    const { makeStore } = new FakeServer();
    expect(() => guardedStore(makeStore, { timeoutMs: undefined } as never)).not.toThrow();
    expect(() => guardedStore(makeStore, { timeout: 1 } as never)).toThrow(/Did you mean "timeoutMs"\?/);
    expect(() => guardedStore(new MemoryStore() as never)).toThrow(/Pass a function that makes the store/);
    expect(() => guardedStore((() => ({})) as never)).toThrow(/must return a store/);
  });

  it('refuses a store object that counts in windows of another length', () => {
    const only: Store = new FakeServer().makeStore();
    void guardedStore(() => only).init?.({ windowMs: 1_000, limit: 5 } as Options);
    const another = guardedStore(() => only);
    expect(() => another.init?.({ windowMs: 2_000, limit: 5 } as Options)).toThrow(
      /windows of 1000 ms already/,
    );
    expect(() => another.init?.({ windowMs: 1_000, limit: 5 } as Options)).toThrow(
      /windows of 2000 ms already/,
    );
  });

  it('has the defaults that its documentation tells', () => {
    const file = join(__dirname, '..', '..', 'src', 'rate-limit', 'guarded-store-options.ts');
    const told = [...readFileSync(file, 'utf8').matchAll(/@defaultValue `(\d+)`\n\s+\*\/\n\s+(\w+)\?:/g)];
    const documented = Object.fromEntries(told.map(([, value, name]) => [name, Number(value)]));
    expect(documented).toEqual(parseGuardOptions({}));
  });
});
