import type { Browser } from 'playwright-core';
import { type Answer, hang, problem, raw, session } from '../client/support/session-server.js';
import { until } from '../client/support/until.js';
import { describeInChromium, launchChromium } from './support/chromium.js';
import { type Lab, openLab } from './support/lab.js';

const BASE = { mode: 'payment', amount: 1200, currency: 'eur' };
const FIRST = 'cuss_secret_fake_first';
const SECOND = 'cuss_secret_fake_second';

interface Call {
  name: string;
  options: Record<string, unknown>;
}

describeInChromium('./react in Chromium', () => {
  let browser: Browser;
  let lab: Lab;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    lab = await openLab(browser);
  });

  afterEach(async () => {
    try {
      const stored = await lab.run(
        'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state])',
      );
      expect(stored).toBe('[{},{},"",null]');
      expect(lab.page.url()).not.toContain('cuss_');
      // Chromium itself reports every refusal and every reset; nothing else may be said.
      const said = lab.complaints.filter((line) => !line.startsWith('error: Failed to load resource:'));
      expect(said).toEqual([]);
    } finally {
      await lab.close();
    }
  });

  const calls = () => lab.run<Call[]>('stripeCalls');
  const card = () => lab.page.getByLabel('stand-in for the payment element');
  const shows = (text: string) => lab.page.locator('.status', { hasText: text }).first().waitFor();

  /** A request of the page's own, sent after all that it has sent so far: what it did not send by now is not on its way. */
  const fence = () => lab.run('fetch("/fence").then((response) => response.text())');
  const pass = (minutes: number) => lab.page.clock.fastForward(minutes * 60_000);

  async function checkoutWithACard(): Promise<void> {
    await lab.run('lab.checkout()');
    await lab.page.locator('#name').fill('Ada Lov');
    await card().fill('4242');
  }

  async function typedIsThere(): Promise<boolean> {
    return (
      (await lab.page.locator('#name').inputValue()) === 'Ada Lov' && (await card().inputValue()) === '4242'
    );
  }

  test('StrictMode, a hook and the elements make one request', async () => {
    lab.answer(session({ secret: FIRST }));
    await lab.run('lab.strict()');
    await shows(`ready ${FIRST} fine`);
    await card().waitFor();
    await fence();
    expect(lab.requests).toHaveLength(1);
    const created = { name: 'elements', options: { ...BASE, customerSessionClientSecret: FIRST } };
    expect(new Set((await calls()).map((call) => JSON.stringify(call)))).toEqual(
      new Set([JSON.stringify(created)]),
    );
  });

  test('ten components make one request, and the next mount makes its own', async () => {
    await lab.run('lab.ten()');
    await shows('ready');
    expect(await lab.page.locator('.status', { hasText: 'ready' }).count()).toBe(10);
    expect(lab.requests).toHaveLength(1);
    await lab.run('lab.unmount()');
    await until(() => lab.run<boolean>('lab.source().getSnapshot().session === null'));
    await lab.run('lab.status()');
    await shows('ready');
    expect(lab.requests).toHaveLength(2);
  });

  test('an unmount aborts the request', async () => {
    lab.answer(hang);
    await lab.run('lab.status()');
    await until(() => lab.requests.length === 1);
    await lab.run('lab.unmount()');
    await lab.requests[0]?.closed;
    expect(await lab.run('lab.errors')).toEqual([]);
  });

  test('a renewed session reaches elements.update(), and what the buyer typed stays', async () => {
    lab.answer(session({ secret: FIRST }), session({ secret: SECOND }));
    await checkoutWithACard();
    await pass(28.5);
    await fence();
    expect(lab.requests).toHaveLength(1);
    await pass(1);
    await until(async () => (await calls()).length === 2);
    expect(await calls()).toEqual([
      { name: 'elements', options: { ...BASE, customerSessionClientSecret: FIRST } },
      { name: 'update', options: { customerSessionClientSecret: SECOND } },
    ]);
    expect(await typedIsThere()).toBe(true);
  });

  test('a renewal that fails, even past the end, leaves the form alone', async () => {
    lab.answer(session({ secret: FIRST }), problem(500, 'internal_error'));
    await checkoutWithACard();
    await pass(29.5);
    await until(() => lab.requests.length === 2);
    await pass(2);
    await until(() => lab.run<boolean>('lab.source().getSnapshot().status === "unavailable"'));
    expect(await calls()).toHaveLength(1);
    expect(await typedIsThere()).toBe(true);
  });

  test.each([
    ['invalidate()', () => lab.run('lab.source().invalidate()')],
    [
      'a renewal that finds nobody signed in',
      () => {
        lab.answer(problem(401, 'unauthenticated'));
        return pass(29.5);
      },
    ],
  ])('%s takes the former user’s form away', async (_name, signOut) => {
    lab.answer(session({ secret: FIRST }));
    await checkoutWithACard();
    await signOut();
    await until(async () => (await calls()).length === 2);
    expect((await calls()).at(-1)).toEqual({ name: 'elements', options: BASE });
    await card().waitFor();
    expect(await card().inputValue()).toBe('');
    expect(await lab.page.content()).not.toContain(FIRST);
  });

  const outages: [string, Answer, string][] = [
    ['no customer', problem(409, 'no_customer'), 'no_customer'],
    ['nobody signed in', problem(401, 'unauthenticated'), 'unauthenticated'],
    ['a limit', problem(429, 'rate_limited', { 'retry-after': '60' }), 'rate_limited'],
    ['an outage', problem(503, 'overloaded', { 'retry-after': '9' }), 'overloaded'],
    ['a broken host', raw(500, 'oops'), 'invalid_response'],
    ['no connection', (request) => void request.socket.destroy(), 'network'],
  ];

  test.each(outages)('with %s the checkout goes on without saved cards', async (_name, answer, code) => {
    lab.answer(answer);
    await lab.run('lab.checkout()');
    await card().fill('4242');
    expect(await calls()).toEqual([{ name: 'elements', options: BASE }]);
    expect(await lab.run('lab.errors')).toEqual([code]);
  });

  test('with no answer at all the checkout goes on after five seconds', async () => {
    lab.answer(hang);
    await lab.run('lab.checkout()');
    await until(() => lab.requests.length === 1);
    await lab.page.getByText('Looking for your cards').waitFor();
    await pass(5.1 / 60);
    await card().waitFor();
    expect(await lab.run('lab.errors')).toEqual(['timeout']);
  });

  test('a guest gets the form at once, and nobody is asked', async () => {
    await lab.run('lab.guest()');
    await card().waitFor();
    expect(await calls()).toEqual([{ name: 'elements', options: BASE }]);
    expect(lab.requests).toHaveLength(0);
  });

  test('"try again" after an outage shows the saved cards without a new form', async () => {
    lab.answer(problem(409, 'no_customer'), session({ secret: SECOND }));
    await lab.run('lab.strict()');
    await shows('unavailable none no_customer');
    await lab.page.locator('#name').fill('Ada Lov');
    await lab.page.getByText('Try again').click();
    await shows(`ready ${SECOND} fine`);
    expect((await calls()).at(-1)).toEqual({
      name: 'update',
      options: { customerSessionClientSecret: SECOND },
    });
    expect(await lab.page.locator('#name').inputValue()).toBe('Ada Lov');
  });

  test('another user’s source never shows the former one’s session, though its answer comes last', async () => {
    let late = () => {};
    lab.answer(
      (request, response) => {
        late = () => session({ secret: 'cuss_secret_fake_of_ada' })(request, response);
      },
      session({ secret: 'cuss_secret_fake_of_bob' }),
    );
    await lab.run(`new MutationObserver(() => {
      if (document.body.textContent.includes('of_ada')) lab.errors.push('ada was shown');
    }).observe(document.body, { subtree: true, childList: true, characterData: true })`);
    await lab.run('lab.strict()');
    await until(() => lab.requests.length === 1);
    await lab.run('lab.newSource(); lab.strict()');
    await shows('ready cuss_secret_fake_of_bob');
    late();
    await fence();
    await shows('ready cuss_secret_fake_of_bob');
    expect(await lab.run('lab.errors')).toEqual([]);
    expect(JSON.stringify(await calls())).not.toContain('of_ada');
  });

  test('another user’s source begins a form of its own', async () => {
    lab.answer(session({ secret: FIRST }), session({ secret: SECOND }));
    await checkoutWithACard();
    await lab.run('lab.newSource(); lab.checkout()');
    await until(async () => (await calls()).length === 2);
    expect((await calls()).at(-1)).toMatchObject({
      name: 'elements',
      options: { customerSessionClientSecret: SECOND },
    });
    await card().waitFor();
    expect(await card().inputValue()).toBe('');
  });
});

describeInChromium('./react over what a server rendered', () => {
  test('is hydrated without a complaint, then asks', async () => {
    const browser = await launchChromium();
    try {
      const lab = await openLab(browser, '<p class="waiting">Looking for your cards</p>');
      await lab.run('lab.hydrate()');
      await lab.page.getByLabel('stand-in for the payment element').waitFor();
      expect(lab.requests).toHaveLength(1);
      expect(lab.complaints).toEqual([]);
      await lab.close();
    } finally {
      await browser.close();
    }
  });
});
