import { MemoryStore, type Options, type Store } from 'express-rate-limit';
import { customerSessionIssuer, guardedStore } from '../../src/index.js';
import { type Answer, call, fromBrowser } from '../support/call.js';
import { type HostOptions, startHost, type TestHost } from '../support/host.js';
import { FakeServer } from './support/fake-server.js';

type RateLimit = NonNullable<HostOptions['rateLimit']>;

describe('H8 the limit of a router', () => {
  const hosts: TestHost[] = [];
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((each) => each.close()));
  });
  const start = async (rateLimit: RateLimit, options: HostOptions = {}) => {
    const host = await startHost({ options: { rateLimit, ...options } });
    hosts.push(host);
    return host;
  };
  const post = (host: TestHost): Promise<Answer> => call(host, { headers: fromBrowser(host) });

  const sourceOptions = (rateLimit: RateLimit) =>
    ({
      resolveCustomer: () => 'cus_ada',
      components: { buy_button: { enabled: true } },
      stripe: { customerSessions: { create: () => Promise.reject(new Error('not reached')) } },
      unguarded: true,
      rateLimit,
    }) as const;
  const issuer = (rateLimit: RateLimit) => customerSessionIssuer(sourceOptions(rateLimit));

  // What the store answers to the first hit, as headers.
  it.each([
    ['none', undefined, 60],
    ['in the past', -5_000, 1],
    ['now', 0, 1],
    ['in 1.2 s', 1_200, 2],
    ['a day ahead, by a clock that is wrong', 86_400_000, 60],
  ])('a resetTime %s makes a sane Retry-After', async (_what, inMs, seconds) => {
    const resetTime = inMs === undefined ? undefined : () => new Date(Date.now() + inMs);
    const server = new FakeServer(resetTime);
    const host = await start({ limit: 1, store: server.makeStore() });
    const [first, second] = [await post(host), await post(host)];
    expect([first.status, second.status]).toEqual([200, 429]);
    expect(second.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    // A second may have gone by since the store answered.
    expect([seconds, Math.max(1, seconds - 1)]).toContain(Number(second.headers['retry-after']));
    expect(second.headers.ratelimit).toMatch(/^"customer-session";r=0;t=[1-9]\d?$/);
  });

  it.each([
    ['{}', {}],
    ['NaN', { totalHits: Number.NaN }],
    ['0', { totalHits: 0 }],
    ['nothing', undefined],
    ['a resetTime that is no Date', { totalHits: 1, resetTime: 5 }],
    ['a resetTime that is no time', { totalHits: 1, resetTime: new Date(Number.NaN) }],
  ])('a store without a guard that answers %s is a 500, and Stripe is not asked', async (_what, answer) => {
    const server = new FakeServer();
    server.junk = { answer };
    const host = await start({ store: server.makeStore() });
    const { status, json } = await post(host);
    expect([status, json.code]).toEqual([500, 'internal_error']);
    expect(host.emulator.requests).toEqual([]);
    expect(host.events.at(-1)).toMatchObject({ error: expect.any(TypeError) });
  });

  it('a guarded store that answers junk limits all the same', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const server = new FakeServer();
    server.junk = { answer: {} };
    const host = await start({ limit: 2, store: guardedStore(server.makeStore, { startupMs: 0 }) });
    const statuses = [(await post(host)).status, (await post(host)).status, (await post(host)).status];
    expect(statuses).toEqual([200, 200, 429]);
    warn.mockRestore();
  });

  it('two identifiers never share a count, two routers with the same one do', async () => {
    const store = new FakeServer().makeStore();
    const [first, second, other] = [
      await start({ limit: 1, store }),
      await start({ limit: 1, store }),
      await start({ limit: 1, store, identifier: 'other' }),
    ];
    expect((await post(first)).status).toBe(200);
    expect((await post(second)).status).toBe(429);
    expect((await post(other)).status).toBe(200);
  });

  it('nor does an identifier that reads like another with an account', async () => {
    const server = new FakeServer();
    const store = server.makeStore();
    const onAccount = { resolveCustomer: () => ({ customer: 'cus_ada', stripeAccount: 'acct_1' }) };
    const plain = await start({ store, identifier: 'a:acct_1' }, { resolveCustomer: () => 'cus_ada' });
    const connected = await start({ store, identifier: 'a' }, onAccount);
    await Promise.all([post(plain), post(connected)]);
    expect([...server.hits.keys()].toSorted()).toEqual(['a:acct_1::cus_ada', 'a:acct_1:cus_ada']);
  });

  it('tells a store its window and limit once, whoever shares it', () => {
    const inits: Partial<Options>[] = [];
    const store: Store = { ...new FakeServer().makeStore(), init: (options) => void inits.push(options) };
    issuer({ store, windowMs: 5_000, limit: 7 });
    issuer({ store, windowMs: 5_000, limit: 7, identifier: 'b' });
    expect(inits).toEqual([{ windowMs: 5_000, limit: 7 }]);
  });

  it('refuses one store object with two windows at construction, guarded or not', () => {
    const plain = new FakeServer().makeStore();
    issuer({ store: plain, windowMs: 1_000 });
    const again = /"rateLimit.store" .* windows of 1000 ms already.* 2000 ms/;
    expect(() => issuer({ store: plain, windowMs: 2_000 })).toThrow(again);
    expect(() => issuer({ store: guardedStore(() => plain), windowMs: 2_000 })).toThrow(again);
    const guarded = guardedStore(new FakeServer().makeStore);
    issuer({ store: guarded, windowMs: 1_000 });
    expect(() => issuer({ store: guarded, windowMs: 2_000 })).toThrow(again);
    expect(() => issuer({ store: guarded, windowMs: 1_000, identifier: 'b' })).not.toThrow();
  });

  it("reads each answer of express-rate-limit's MemoryStore before the next hit is counted", async () => {
    for (const store of [undefined, new MemoryStore()]) {
      const sessions = issuer({ limit: 30, ...(store === undefined ? {} : { store }) });
      const req = { headers: {}, get: () => undefined } as never;
      const codes = await Promise.all(
        Array.from({ length: 40 }, () =>
          sessions.issue({ stripeCustomerId: 'cus_ada' }, req).catch((error: unknown) => Object(error).code),
        ),
      );
      expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(10);
    }
  });
});
