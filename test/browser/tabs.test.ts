import type { Browser, Page } from 'playwright-core';
import { hang, held, problem, session } from '../client/support/session-server.js';
import { until } from '../support/until.js';
import { describeInChromium, launchChromium } from './support/chromium.js';
import { type Lab, openLab, PREPARE_MS, prepareLab } from './support/lab.js';

const FIRST = 'cuss_secret_fake_first';
const SECOND = 'cuss_secret_fake_second';
const THIRD = 'cuss_secret_fake_third';

describeInChromium('a source in more than one tab of Chromium', () => {
  let browser: Browser;
  let lab: Lab;

  beforeAll(async () => {
    prepareLab();
    browser = await launchChromium();
  }, PREPARE_MS);

  afterAll(() => browser.close());

  beforeEach(async () => {
    lab = await openLab(browser);
  });

  afterEach(() => lab.close());

  const stateOf = (tab: Page) =>
    tab.evaluate<{ status: string; secret: string | undefined; signOuts: number }>(`(() => {
      const { status, session, signOuts } = lab.source().getSnapshot();
      return { status, secret: session?.clientSecret, signOuts };
    })()`);
  const settle = (tab: Page, status: string) => until(async () => (await stateOf(tab)).status === status);

  /** A tab that listens to what the tabs tell each other, and keeps it. */
  async function openWitness(): Promise<() => Promise<unknown[]>> {
    const tab = await lab.openTab();
    await tab.evaluate(`{
      window.heard = [];
      new BroadcastChannel('express-stripe-customer-session').onmessage = ({ data }) => heard.push(data);
    }`);
    return () => tab.evaluate('heard');
  }

  async function holdIn(tab: Page, secret: string): Promise<void> {
    lab.answer(session({ secret }));
    await tab.evaluate('{ window.leave = lab.source().subscribe(() => {}); }');
    await settle(tab, 'ready');
  }

  test('invalidate() is heard in the other tabs: after it none gives what was asked for before', async () => {
    const [holding, preloaded, asking] = [await lab.openTab(), await lab.openTab(), await lab.openTab()];
    const heard = await openWitness();
    await holdIn(holding, FIRST);
    lab.answer(session({ secret: SECOND }));
    await preloaded.evaluate('lab.source().preload()');
    await settle(preloaded, 'ready');
    lab.answer(hang);
    await asking.evaluate(
      '{ lab.newSource({ timeoutMs: 60_000 }); lab.source().get().then((session) => { window.got = session; }); undefined; }',
    );
    await until(() => lab.requests.length === 3);

    await lab.run('lab.source().invalidate()');
    for (const tab of [holding, preloaded]) {
      await settle(tab, 'idle');
      expect(await stateOf(tab)).toEqual({ status: 'idle', secret: undefined, signOuts: 1 });
    }
    await until(() => asking.evaluate<boolean>('window.got === null'));
    await lab.requests[2]?.closed;
    expect(await stateOf(asking)).toMatchObject({ secret: undefined, signOuts: 1 });

    lab.answer(session({ secret: THIRD }));
    const next = 'lab.source().get().then((session) => session.clientSecret)';
    expect(await preloaded.evaluate(next)).toBe(THIRD);
    // Told once, by the one that signed out, and nothing but the address of the source.
    expect(await heard()).toEqual(['/customer-session']);
    expect(await lab.run('lab.errors')).toEqual([]);
  });

  test('a source of another address is left alone', async () => {
    const tab = await lab.openTab();
    await holdIn(tab, FIRST);
    const heard = await openWitness();
    await lab.run(`{
      const channel = new BroadcastChannel('express-stripe-customer-session');
      for (const junk of ['/other', null, { url: '/customer-session' }, ['/customer-session']]) channel.postMessage(junk);
    }`);
    await until(async () => (await heard()).length === 4);
    expect(await stateOf(tab)).toMatchObject({ status: 'ready', secret: FIRST, signOuts: 0 });
  });

  test('invalidate() and refresh() in one breath: the source does not hear itself', async () => {
    const heard = await openWitness();
    await lab.run('lab.newSource({ timeoutMs: 60_000 })');
    await holdIn(lab.page, FIRST);
    const answer = held(session({ secret: SECOND }));
    lab.answer(answer.answer);
    await lab.run('{ lab.source().invalidate(); lab.source().refresh(); undefined; }');
    await until(async () => (await heard()).length === 1);
    await until(() => lab.requests.length === 2);
    // A message of its own would have come on its channel by now, like this one.
    await lab.run(`new Promise((resolve) => {
      const [one, other] = [1, 2].map(() => new BroadcastChannel('fence'));
      other.onmessage = resolve;
      one.postMessage('');
    })`);
    answer.release();
    await settle(lab.page, 'ready');
    expect(await stateOf(lab.page)).toEqual({ status: 'ready', secret: SECOND, signOuts: 1 });
  });

  test('a source for another user signs out the former one’s, here and in other tabs', async () => {
    const tab = await lab.openTab();
    await holdIn(tab, FIRST);
    await lab.run("{ lab.newSource({ user: 'ada' }); window.former = lab.source(); }");
    await holdIn(lab.page, SECOND);
    const heard = await openWitness();
    await lab.run("lab.newSource({ user: 'ada' })");
    await lab.run("lab.newSource({ user: 'bob' })");
    await settle(tab, 'idle');
    await until(() => lab.run<boolean>("former.getSnapshot().status === 'idle'"));
    expect(await stateOf(lab.page)).toMatchObject({ status: 'loading', signOuts: 0 });
    await holdIn(lab.page, THIRD);
    expect(await stateOf(lab.page)).toMatchObject({ status: 'ready', secret: THIRD, signOuts: 0 });
    expect(await heard()).toEqual(['/customer-session']);
  });

  describe('waking up', () => {
    // No other tab can hide a page of headless Chromium.
    const turn = (visibility: 'hidden' | 'visible') =>
      lab.run(`{
        Object.defineProperty(document, 'visibilityState', { value: '${visibility}', configurable: true });
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
      }`);

    test('a page that is seen again renews at once what is about to end, and nothing else', async () => {
      await lab.page.clock.pauseAt((await lab.run<number>('Date.now()')) + 60_000);
      await holdIn(lab.page, FIRST);
      const renewal = held(session({ secret: SECOND }));
      lab.answer(renewal.answer);
      await turn('hidden');
      await turn('visible');
      expect(await lab.run('lab.source().getSnapshot().refreshing')).toBe(false);
      expect(await stateOf(lab.page)).toMatchObject({ secret: FIRST });
      await lab.page.clock.setSystemTime((await lab.run<number>('Date.now()')) + 29.5 * 60_000);
      await turn('hidden');
      expect(await lab.run('lab.source().getSnapshot().refreshing')).toBe(false);
      await turn('visible');
      expect(await lab.run('lab.source().getSnapshot().refreshing')).toBe(true);
      renewal.release();
      await until(async () => (await stateOf(lab.page)).secret === SECOND);
      expect(lab.requests).toHaveLength(2);
    });

    test('a page that is online again tries again what has failed for want of a connection', async () => {
      const { page } = lab;
      await page.context().setOffline(true);
      await lab.run('{ window.leave = lab.source().subscribe(() => {}); }');
      await settle(page, 'unavailable');
      expect(await lab.run('lab.errors')).toEqual(['network']);
      lab.answer(session({ secret: FIRST }));
      await page.context().setOffline(false);
      await settle(page, 'ready');
      expect(await stateOf(page)).toMatchObject({ secret: FIRST });
      expect(lab.requests).toHaveLength(1);
    });

    test.each([
      ['what will not pass by itself', problem(409, 'no_customer')],
      ['what asked to wait', problem(429, 'rate_limited', { 'retry-after': '60' })],
    ])('%s is not tried again', async (_name, answer) => {
      lab.answer(answer, session({ secret: FIRST }));
      await lab.run('{ window.leave = lab.source().subscribe(() => {}); }');
      await settle(lab.page, 'unavailable');
      await turn('visible');
      await lab.run("dispatchEvent(new Event('online'))");
      expect(await lab.run('lab.source().getSnapshot().refreshing')).toBe(false);
      expect(lab.requests).toHaveLength(1);
    });

    test('nobody’s page asks for nothing, and after a sign-out nothing listens', async () => {
      await holdIn(lab.page, FIRST);
      await lab.run('lab.source().invalidate()');
      await turn('visible');
      await lab.run("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
      expect(await stateOf(lab.page)).toMatchObject({ status: 'idle' });
      expect(lab.requests).toHaveLength(1);
    });
  });
});
