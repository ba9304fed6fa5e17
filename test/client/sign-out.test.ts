import { until } from '../support/until.js';
import { hang, held, type SessionServer, session, startSessionServer } from './support/session-server.js';
import { secretOf, sourceKeeper } from './support/sources.js';

const OF_ADA = session({ secret: 'cuss_secret_fake_of_ada' });
const OF_BOB = session({ secret: 'cuss_secret_fake_of_bob' });

const keeper = sourceKeeper();
let server: SessionServer;

beforeEach(async () => {
  server = await startSessionServer();
});

afterEach(async () => {
  keeper.clear();
  await server.close();
});

describe('invalidate', () => {
  test('forgets the session, asks for nothing, and the next call gets the next user', async () => {
    const source = keeper.source(server.url);
    keeper.hold(source);
    await until(() => source.getSnapshot().status === 'ready');
    source.invalidate();
    expect(source.getSnapshot()).toEqual({
      status: 'idle',
      session: null,
      error: null,
      refreshing: false,
      signOuts: 1,
    });
    server.answer(OF_BOB);
    expect(secretOf(await source.get())).toBe('cuss_secret_fake_of_bob');
    expect(source.getSnapshot()).toMatchObject({
      session: { clientSecret: 'cuss_secret_fake_of_bob' },
      signOuts: 1,
    });
    expect(server.requests).toHaveLength(2);
  });

  test('drops an answer that is still on its way, and who waits for it gets null at once', async () => {
    const answer = held(OF_ADA);
    server.answer(answer.answer);
    const source = keeper.source(server.url);
    const states: string[] = [];
    keeper.hold(source, () => states.push(JSON.stringify(source.getSnapshot())));
    const asked = source.get();
    await until(() => server.requests.length === 1);
    source.invalidate();
    expect(await asked).toBeNull();
    await server.requests[0]?.ended;
    answer.release();
    expect(source.getSnapshot().status).toBe('idle');
    expect(states.join()).not.toContain('ada');
    expect(keeper.errors).toEqual([]);
  });

  test('and refresh: answers in the wrong order never show the former user, nor give his call the next one’s', async () => {
    // A fetch that cannot be cancelled, so that the former user's answer really arrives, and arrives last.
    let arrive = () => {};
    let arrived: Promise<Response> | undefined;
    const deaf: typeof fetch = (input, init) => {
      const response = fetch(input, { ...init, signal: null });
      if (arrived) return response;
      arrived = new Promise((resolve) => {
        arrive = () => resolve(response);
      });
      return arrived;
    };
    server.answer(OF_ADA, OF_BOB);
    const source = keeper.source(server.url, { fetch: deaf });
    const states: string[] = [];
    keeper.hold(source, () => states.push(JSON.stringify(source.getSnapshot())));
    const asked = source.get();
    await until(() => server.requests.length === 1);
    source.invalidate();
    const refreshed = source.refresh();
    expect(await asked).toBeNull();
    expect(secretOf(await refreshed)).toBe('cuss_secret_fake_of_bob');
    arrive();
    await arrived;
    expect(secretOf(await source.get())).toBe('cuss_secret_fake_of_bob');
    expect(states.join()).not.toContain('ada');
  });

  test('and refresh in one breath: who waits gets null at once, whenever the next user has his answer', async () => {
    server.answer(hang);
    const source = keeper.source(server.url);
    keeper.hold(source);
    const asked = source.get();
    await until(() => server.requests.length === 1);
    source.invalidate();
    const refreshed = source.refresh();
    expect(await asked).toBeNull();
    expect(source.getSnapshot()).toMatchObject({ status: 'loading', error: null });
    source.invalidate();
    expect(await refreshed).toBeNull();
  });

  test('lets the next subscriber ask again', async () => {
    const source = keeper.source(server.url);
    keeper.hold(source);
    await until(() => source.getSnapshot().status === 'ready');
    source.invalidate();
    keeper.hold(source);
    expect(source.getSnapshot().status).toBe('loading');
    await until(() => source.getSnapshot().status === 'ready');
    expect(server.requests).toHaveLength(2);
  });

  test('works where there is no page: another user is another source', async () => {
    server.answer(OF_ADA, OF_BOB);
    expect(secretOf(await keeper.source(server.url, { user: 'ada' }).get())).toBe('cuss_secret_fake_of_ada');
    expect(secretOf(await keeper.source(server.url, { user: 'bob' }).get())).toBe('cuss_secret_fake_of_bob');
  });
});
