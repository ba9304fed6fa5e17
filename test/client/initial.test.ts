import type { CustomerSessionAnswer } from '../../src/client/index.js';
import { until } from '../support/until.js';
import { held, problem, type SessionServer, session, startSessionServer } from './support/session-server.js';
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

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

function answer(seconds = 1800): CustomerSessionAnswer {
  return { client_secret: 'cuss_secret_fake_initial', expires_at: inSeconds(seconds) };
}

describe('initial', () => {
  test('is there at once, and the first render asks for nothing', async () => {
    const initial = answer();
    const source = keeper.source(server.url, { initial });
    const state = {
      ...EMPTY,
      status: 'ready',
      session: { clientSecret: initial.client_secret, customerId: undefined },
    };
    expect(source.getSnapshot()).toMatchObject(state);
    const left = (source.getSnapshot().session?.expiresAt.getTime() ?? 0) - initial.expires_at * 1000;
    expect(Math.abs(left)).toBeLessThan(1000);
    keeper.hold(source);
    expect(secretOf(await source.get())).toBe('cuss_secret_fake_initial');
    expect(server.requests).toHaveLength(0);
  });

  test('is for one render: the next one asks', async () => {
    const source = keeper.source(server.url, { initial: answer() });
    const [one, other] = await Promise.all([source.get(), source.get()]);
    expect(secretOf(one)).toBe('cuss_secret_fake_initial');
    expect(other).toBe(one);
    expect(server.requests).toHaveLength(0);
    expect(secretOf(await source.get())).not.toBe('cuss_secret_fake_initial');
  });

  test('is renewed like any other', async () => {
    const source = keeper.source(server.url, { initial: answer() });
    keeper.hold(source);
    expect(secretOf(await source.refresh())).not.toBe('cuss_secret_fake_initial');
  });

  test.each([
    ['null, as a checkout sends it whose session failed', null],
    ['undefined', undefined],
    ['one that has ended', answer(-1)],
    ['one that is about to end', answer(30)],
  ])('that is %s: the first render asks', async (_name, initial) => {
    const source = keeper.source(server.url, { initial });
    keeper.hold(source);
    await until(() => source.getSnapshot().session?.clientSecret.startsWith('cuss_secret_fake_') ?? false);
    expect(secretOf(await source.get())).not.toBe('cuss_secret_fake_initial');
    expect(server.requests).toHaveLength(1);
  });

  test('that the network repeats is replayed', async () => {
    server.answer(session({ secret: 'cuss_secret_fake_initial' }));
    const source = keeper.source(server.url, { initial: answer() });
    await source.get();
    expect(await source.get()).toBeNull();
    expect(keeper.codes()).toEqual(['replayed']);
  });

  test('goes with a sign-out', () => {
    const source = keeper.source(server.url, { initial: answer() });
    source.invalidate();
    expect(source.getSnapshot()).toMatchObject({ status: 'idle', session: null });
  });

  class CustomerSession {
    readonly clientSecret = 'cuss_secret_fake_initial';
    readonly expiresAt = new Date(Date.now() + 1_800_000);
  }

  test.each<[string, unknown]>([
    ['the session itself', new CustomerSession()],
    ['what the session prints', '[CustomerSession]'],
    [
      'an object with what the session prints',
      { client_secret: '[CustomerSession]', expires_at: inSeconds(1800) },
    ],
    ['an object without a secret', { expires_at: inSeconds(1800) }],
    ['a secret without its end', { client_secret: 'cuss_secret_fake_initial' }],
    ['a secret with a date', { client_secret: 'cuss_secret_fake_initial', expires_at: new Date() }],
    ['a number', 42],
    ['a list', ['cuss_secret_fake_initial', 1800]],
    ['true', true],
  ])('%s is a TypeError that says what to pass', (_name, initial) => {
    expect(() => keeper.source(server.url, { initial: initial as CustomerSessionAnswer })).toThrow(
      new TypeError('initial: pass session.toAnswer(), not the session itself.'),
    );
  });
});

describe('preload', () => {
  test('asks at once, and the first render takes it', async () => {
    const source = keeper.source(server.url);
    source.preload();
    await until(() => source.getSnapshot().status === 'ready');
    const { session: preloaded } = source.getSnapshot();
    expect(await source.get()).toBe(preloaded);
    expect(server.requests).toHaveLength(1);
    expect(await source.get()).not.toBe(preloaded);
    expect(server.requests).toHaveLength(2);
  });

  test('is shared while it is under way, and with those who subscribe', async () => {
    const one = held(session());
    server.answer(one.answer);
    const source = keeper.source(server.url);
    source.preload();
    source.preload();
    keeper.hold(source);
    const asked = source.get();
    await until(() => server.requests.length === 1);
    one.release();
    expect(await asked).toBe(source.getSnapshot().session);
    source.preload();
    expect(await source.get()).toBe(source.getSnapshot().session);
    expect(server.requests).toHaveLength(1);
  });

  test('that failed is told of, and the render asks for itself', async () => {
    server.answer(problem(409, 'no_customer'), session());
    const source = keeper.source(server.url);
    source.preload();
    await until(() => keeper.errors.length === 1);
    expect(source.getSnapshot()).toEqual(EMPTY);
    expect(await source.get()).not.toBeNull();
    expect(keeper.codes()).toEqual(['no_customer']);
  });

  test('goes with a sign-out, under way or at hand', async () => {
    server.answer(() => {});
    const source = keeper.source(server.url);
    source.preload();
    await until(() => server.requests.length === 1);
    source.invalidate();
    await server.requests[0]?.ended;
    expect(source.getSnapshot().status).toBe('idle');
    expect(keeper.errors).toEqual([]);
  });
});
