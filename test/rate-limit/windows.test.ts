import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryStore, type Store } from 'express-rate-limit';
import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { startRedis } from '../../examples/cluster/servers/redis.js';
import { guardedStore } from '../../src/rate-limit/guarded-store.js';
import { parseGuardOptions } from '../../src/rate-limit/guarded-store-options.js';
import { describeWith } from '../customers/support/describe-with.js';
import { type LimitedHost, startLimitedHost } from './support/limited-host.js';

const WINDOW_MS = 700;

const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
afterAll(() => emitWarning.mockRestore());

describeWith(['redis-server'], 'guardedStore: windows', () => {
  let redis: ServerProcess;
  const hosts: LimitedHost[] = [];
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.close()));
    await redis.kill();
  });

  const start = async (settings: Parameters<typeof startLimitedHost>[1]) => {
    const host = await startLimitedHost(redis.url, { limit: 5, windowMs: WINDOW_MS, ...settings });
    hosts.push(host);
    return host;
  };
  const passed = async (host: LimitedHost, times: number) => {
    const answers = await Promise.all(Array.from({ length: times }, () => host.post('ada')));
    return answers.filter(({ status }) => status === 200).length;
  };
  const nextWindow = () => new Promise((resolve) => setTimeout(resolve, WINDOW_MS + 50));

  it.each(['node-redis', 'ioredis'] as const)(
    'H8 over %s, each window lets the limit through, and no more',
    async (driver) => {
      const host = await start({ driver });
      for (let window = 0; window < 3; window += 1) {
        expect(await passed(host, 20)).toBe(5);
        await nextWindow();
      }
      expect(host.events).toEqual([]);
    },
  );

  it.each(['node-redis', 'ioredis'] as const)(
    'over %s, so does each while Redis is frozen',
    async (driver) => {
      const host = await start({ driver });
      expect(await passed(host, 20)).toBe(5);
      redis.freeze();
      expect(await passed(host, 20)).toBe(0);
      for (let window = 0; window < 3; window += 1) {
        await nextWindow();
        expect(await passed(host, 20)).toBe(5);
      }
      expect(host.events.map(({ state }) => state)).toEqual(['local']);
    },
  );

  it('a window that another process opened ends here when it ends there', async () => {
    const [first, second] = [await start({}), await start({})];
    expect(await passed(first, 3)).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, WINDOW_MS / 2));
    expect(await passed(second, 5)).toBe(2);
    // Half a window later both begin anew, although the second counted for half a window only.
    await new Promise((resolve) => setTimeout(resolve, WINDOW_MS / 2 + 50));
    expect(await passed(second, 10)).toBe(5);
    expect(await passed(first, 10)).toBe(0);
  });
});

describe('guardedStore over any store', () => {
  const opened: Store[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(async (store) => store.shutdown?.()));
  });
  const guard = (...args: Parameters<typeof guardedStore>) => {
    const store = guardedStore(...args);
    opened.push(store);
    return store;
  };
  const broken = (): Store => ({
    increment: () => {
      throw new Error('down');
    },
    decrement: () => undefined,
    resetKey: () => undefined,
  });
  const hits = async (store: Store, key: string) => (await store.increment(key)).totalHits;

  it('keeps at most maxLocalKeys keys: the least recently used one starts anew', async () => {
    const store = guard(broken, { maxLocalKeys: 3 });
    for (const key of ['a', 'b', 'c', 'a', 'd']) await hits(store, key);
    expect([
      await hits(store, 'a'),
      await hits(store, 'c'),
      await hits(store, 'd'),
      await hits(store, 'b'),
    ]).toEqual([3, 2, 2, 1]);
  });

  it('decrement, resetKey, resetAll and get work on both counts', async () => {
    const store = guard(() => new MemoryStore());
    const { rateLimit } = await import('express-rate-limit');
    const { getKey } = rateLimit({ store, windowMs: WINDOW_MS, validate: false });
    for (let turn = 0; turn < 3; turn += 1) await store.increment('a');
    await store.decrement('a');
    expect(await getKey('a')).toMatchObject({ totalHits: 2, resetTime: expect.any(Date) });
    await store.resetKey('a');
    expect(await getKey('a')).toBeUndefined();
    await store.increment('a');
    await store.resetAll?.();
    expect(await hits(store, 'a')).toBe(1);
  });

  it.each([
    ['no count', {}],
    ['a negative count', { totalHits: -1 }],
    ['a fraction', { totalHits: 1.5 }],
    ['nothing', undefined],
  ])('a store that gives %s has failed', async (_what, info) => {
    const store = guard(() => ({ ...broken(), increment: () => info as never }));
    expect([await hits(store, 'a'), await hits(store, 'a'), await hits(store, 'a')]).toEqual([1, 2, 3]);
  });

  it('a listener that throws changes nothing', async () => {
    const onStateChange = jest.fn(() => {
      throw new Error('listener');
    });
    const store = guard(broken, { onStateChange });
    for (let turn = 1; turn <= 5; turn += 1) expect(await hits(store, 'a')).toBe(turn);
    expect(onStateChange.mock.calls).toEqual([
      [{ state: 'local', reason: 'failed', error: new Error('down') }],
    ]);
  });

  it('a factory that throws at boot is called again', async () => {
    emitWarning.mockClear();
    let down = true;
    const store = guard(
      () => {
        if (down) throw new Error('not yet');
        return new MemoryStore();
      },
      { retryAfterMs: 20 },
    );
    await hits(store, 'a');
    await hits(store, 'a');
    down = false;
    for (let turn = 0; turn < 20 && emitWarning.mock.calls.length < 2; turn += 1) {
      await hits(store, 'a');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(emitWarning.mock.calls.map(([, options]) => Object(options).code)).toEqual([
      'ESCS_LIMITER_LOCAL',
      'ESCS_LIMITER_SHARED',
    ]);
  });

  it.each([
    ['timeoutMs', 0],
    ['timeoutMs', '100'],
    ['failures', 1.5],
    ['retryAfterMs', -1],
    ['maxLocalKeys', Number.NaN],
    ['maxLocalKeys', null],
    ['onStateChange', {}],
  ])('%s may not be %p', (name, value) => {
    expect(() => guardedStore(broken, { [name]: value })).toThrow(
      new RegExp(`TypeError|option "${name}" is`),
    );
    expect(() => guardedStore(broken, { [name]: value })).toThrow(TypeError);
  });

  it('takes undefined for omitted, and no unknown option, no store and no junk for a factory', () => {
    expect(() => guardedStore(broken, { timeoutMs: undefined } as never)).not.toThrow();
    expect(() => guardedStore(broken, { timeout: 1 } as never)).toThrow(/Did you mean "timeoutMs"\?/);
    expect(() => guardedStore(new MemoryStore() as never)).toThrow(/Pass a function that makes the store/);
    expect(() => guardedStore((() => ({})) as never)).toThrow(/must return a store/);
  });

  it('has the defaults that its documentation tells', () => {
    const file = join(__dirname, '..', '..', 'src', 'http', 'guarded-store-options.ts');
    const told = [...readFileSync(file, 'utf8').matchAll(/@defaultValue `(\d+)`\n\s+\*\/\n\s+(\w+)\?:/g)];
    const documented = Object.fromEntries(told.map(([, value, name]) => [name, Number(value)]));
    expect(documented).toEqual(parseGuardOptions({}));
  });
});
