import type { CustomerSessionSource, CustomerSessionSourceOptions } from '../../src/client/index.js';
import { until } from '../support/until.js';
import { createFakeFetch, type FakeFetch, fakeHang, fakeProblem, fakeSession } from './support/fake-fetch.js';

// What a browser gives is stood in for, so that these run where there is none; test/browser asks a real one.

const URL_OF_ROUTER = '/customer-session';
const page = new EventTarget();
const screen = { visibilityState: 'visible' };
let createSource: (url: string, options?: CustomerSessionSourceOptions) => CustomerSessionSource;
let server: FakeFetch;
const undo: (() => void)[] = [];

beforeAll(() => {
  Object.assign(globalThis, {
    document: screen,
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
  });
  // Whether there is a page is asked once, as the module is loaded.
  jest.isolateModules(() => {
    createSource = require('../../src/client/index.js').createCustomerSessionSource;
  });
});
beforeEach(() => {
  server = createFakeFetch();
  screen.visibilityState = 'visible';
});
afterEach(leaveAll);

function leaveAll(): void {
  for (const step of undo.splice(0)) step();
}

/** A source that the page uses. */
function sourceInUse(options: CustomerSessionSourceOptions = {}, url = URL_OF_ROUTER): CustomerSessionSource {
  const source = createSource(url, { fetch: server.fetch, ...options });
  undo.push(source.subscribe(() => undefined));
  return source;
}

/** Another tab, which hears and tells. */
function otherTab() {
  const heard: unknown[] = [];
  const channel = new BroadcastChannel('express-stripe-customer-session');
  channel.onmessage = ({ data }) => void heard.push(data);
  undo.push(() => channel.close());
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's; a channel has one origin
  return { heard, tell: (url: unknown) => channel.postMessage(url) };
}

const tell = (type: string, facts: object = {}) => page.dispatchEvent(Object.assign(new Event(type), facts));
const statusOf = (source: CustomerSessionSource) => source.getSnapshot().status;
const isReady = (source: CustomerSessionSource) => until(() => statusOf(source) === 'ready');

describe('a sign-out', () => {
  test('in another tab ends the session here, of that address alone', async () => {
    const tab = otherTab();
    const [source, other] = [sourceInUse(), sourceInUse({}, '/other')];
    await Promise.all([isReady(source), isReady(other)]);
    tab.tell(URL_OF_ROUTER);
    await until(() => statusOf(source) === 'idle');
    expect(source.getSnapshot()).toMatchObject({ session: null, signOuts: 1 });
    expect(statusOf(other)).toBe('ready');
    // It is acted on and never sent on.
    expect(tab.heard).toEqual([]);
  });

  test('here is told to other tabs, by the address alone, and to other sources of this one', async () => {
    const tab = otherTab();
    const [source, twin] = [sourceInUse(), sourceInUse()];
    await Promise.all([isReady(source), isReady(twin)]);
    source.invalidate();
    await until(() => statusOf(twin) === 'idle' && tab.heard.length > 0);
    expect(tab.heard).toEqual([URL_OF_ROUTER]);
  });

  test('is another name than the last one, and not the same name again', async () => {
    const tab = otherTab();
    const source = sourceInUse({ user: 'ada' });
    await isReady(source);
    sourceInUse({ user: 'ada' });
    sourceInUse();
    sourceInUse({ user: 'eve' }, '/other');
    sourceInUse({ user: 'bob' });
    await until(() => tab.heard.length > 0 && statusOf(source) === 'idle');
    expect(tab.heard).toEqual([URL_OF_ROUTER]);
  });
});

describe('a page that goes into the back-forward cache', () => {
  test('keeps no channel open, and asks anew as it comes back', async () => {
    const tab = otherTab();
    const source = sourceInUse();
    await isReady(source);
    const before = source.getSnapshot().session;
    tell('pagehide', { persisted: true });
    tab.tell(URL_OF_ROUTER);
    const late = otherTab();
    tab.tell('after');
    await until(() => late.heard.length > 0);
    expect(statusOf(source)).toBe('ready');
    tell('pageshow', { persisted: true });
    expect(source.getSnapshot()).toMatchObject({ status: 'loading', session: null });
    await isReady(source);
    expect(source.getSnapshot().session).not.toEqual(before);
    expect(server.requests).toHaveLength(2);
  });

  test('forgets what was preloaded, and asks for nothing that nobody uses', async () => {
    const source = createSource(URL_OF_ROUTER, { fetch: server.fetch });
    source.preload();
    await isReady(source);
    tell('pageshow', { persisted: true });
    expect(source.getSnapshot()).toMatchObject({ status: 'loading', session: null });
    expect(server.requests).toHaveLength(1);
  });
});

describe('waking up', () => {
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
  afterEach(async () => {
    leaveAll();
    await pass(0);
    const timers = jest.getTimerCount();
    jest.useRealTimers();
    jest.restoreAllMocks();
    expect(timers).toBe(0);
  });

  /** A source whose outage is over, and the number of its requests so far. */
  async function afterAnOutage(): Promise<[CustomerSessionSource, number]> {
    server.answer(fakeProblem(503, 'overloaded'));
    const source = sourceInUse();
    await pass(20_000);
    expect(statusOf(source)).toBe('unavailable');
    server.answer(fakeSession());
    return [source, server.requests.length];
  }

  test.each(['visibilitychange', 'online'])('with %s asks again', async (type) => {
    const [source, asked] = await afterAnOutage();
    tell(type);
    await pass(0);
    expect(statusOf(source)).toBe('ready');
    expect(server.requests).toHaveLength(asked + 1);
  });

  test.each<[string, string, object]>([
    ['of a page that nobody sees', 'hidden', { type: 'visibilitychange' }],
    ['by a first showing of the page', 'visible', { type: 'pageshow', persisted: false }],
    ['by leaving', 'visible', { type: 'pagehide', persisted: false }],
  ])('is none: %s', async (_what, visibilityState, { type, ...facts }: { type?: string }) => {
    const [source, asked] = await afterAnOutage();
    Object.assign(screen, { visibilityState });
    tell(String(type), facts);
    await pass(60_000);
    expect(statusOf(source)).toBe('unavailable');
    expect(server.requests).toHaveLength(asked);
  });

  test('is heard until the last one leaves, and no more', async () => {
    // A former test's source may leave only now.
    const listening = new Map<unknown, Set<string>>();
    const typesOf = (listener: unknown) => listening.get(listener) ?? new Set();
    jest
      .spyOn(globalThis, 'addEventListener')
      .mockImplementation((type, listener) => void listening.set(listener, typesOf(listener).add(type)));
    jest
      .spyOn(globalThis, 'removeEventListener')
      .mockImplementation((type, listener) => void typesOf(listener).delete(type));
    const source = sourceInUse();
    await pass(0);
    const [types = new Set(), ...more] = listening.values();
    expect([...types]).toEqual(['visibilitychange', 'online', 'pagehide', 'pageshow']);
    expect(more).toEqual([]);
    leaveAll();
    await pass(0);
    expect([...types]).toEqual([]);
    expect(source.getSnapshot().session).toBeNull();
  });

  test('of a session that came with the page is heard of before anybody uses it', async () => {
    server.answer(fakeHang);
    const expires_at = Math.floor(Date.now() / 1_000) + 1_800;
    const initial = { client_secret: 'cuss_secret_fake_initial', expires_at };
    const source = createSource(URL_OF_ROUTER, { fetch: server.fetch, initial });
    expect(statusOf(source)).toBe('ready');
    tell('pageshow', { persisted: true });
    expect(source.getSnapshot()).toMatchObject({ status: 'loading', session: null });
    expect(server.requests).toHaveLength(0);
  });
});
