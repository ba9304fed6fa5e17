import { type Answer, hang, held, problem, raw, session } from '../client/support/session-server.js';
import { until } from '../support/until.js';
import { describeInChromium, launchChromium } from './support/chromium.js';
import { openLab } from './support/lab.js';
import { created, FIRST, SECOND, updated, useReactLab } from './support/react-lab.js';

describeInChromium('./react in Chromium', () => {
  const react = useReactLab();
  const { calls, card, shows, pass, fence, checkoutWithACard, typedIsThere } = react;

  test('StrictMode, a hook and the elements make one request', async () => {
    const { lab } = react;
    lab.answer(session({ secret: FIRST }));
    await lab.run('lab.strict()');
    await shows(`ready ${FIRST} fine`);
    await card().waitFor();
    await fence();
    expect(lab.requests).toHaveLength(1);
    expect(new Set((await calls()).map((call) => JSON.stringify(call)))).toEqual(
      new Set([JSON.stringify(created(FIRST))]),
    );
  });

  test('ten components make one request, and the next mount makes its own', async () => {
    const { lab } = react;
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
    const { lab } = react;
    lab.answer(hang);
    await lab.run('lab.status()');
    await until(() => lab.requests.length === 1);
    await lab.run('lab.unmount()');
    await lab.requests[0]?.closed;
    expect(await lab.run('lab.errors')).toEqual([]);
  });

  test('a renewed session reaches elements.update(): what the buyer typed stays, and so does the focus', async () => {
    const { lab } = react;
    lab.answer(session({ secret: FIRST }), session({ secret: SECOND }));
    await checkoutWithACard();
    await pass(28.5);
    await fence();
    expect(lab.requests).toHaveLength(1);
    await pass(1);
    await until(async () => (await calls()).length === 2);
    expect(await calls()).toEqual([created(FIRST), updated(SECOND)]);
    expect(await typedIsThere()).toBe(true);
    expect(await card().evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  });

  test('a refresh under way can be seen, and the form is left alone meanwhile', async () => {
    const { lab } = react;
    const second = held(session({ secret: SECOND }));
    lab.answer(session({ secret: FIRST }), second.answer);
    await checkoutWithACard('lab.strict()');
    await shows(`ready ${FIRST} fine settled`);
    await lab.page.getByText('Try again').focus();
    await lab.page.keyboard.press('Enter');
    await shows(`ready ${FIRST} fine refreshing`);
    second.release();
    await shows(`ready ${SECOND} fine settled`);
    await until(async () => (await calls()).some(({ name }) => name === 'update'));
    expect(await typedIsThere()).toBe(true);
    expect(await lab.run('document.activeElement.textContent')).toBe('Try again');
  });

  test('a renewal that fails, even past the end, leaves the form alone', async () => {
    const { lab } = react;
    lab.answer(session({ secret: FIRST }), problem(500, 'internal_error'));
    await checkoutWithACard();
    await pass(29.5);
    await until(() => lab.requests.length === 2);
    await until(() => lab.run<boolean>('lab.source().getSnapshot().error !== null'));
    await pass(2);
    await until(() => lab.run<boolean>('lab.source().getSnapshot().status === "unavailable"'));
    expect(await calls()).toHaveLength(1);
    expect(await typedIsThere()).toBe(true);
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
    const { lab } = react;
    lab.answer(answer);
    await lab.run('lab.checkout()');
    await card().fill('4242');
    await until(async () => (await lab.run<string[]>('lab.errors')).length === 1);
    expect(await calls()).toEqual([created()]);
    expect(await lab.run('lab.errors')).toEqual([code]);
  });

  test('a guest gets the form at once, and nobody is asked', async () => {
    const { lab } = react;
    await lab.run('lab.guest()');
    await card().waitFor();
    expect(await calls()).toEqual([created()]);
    expect(lab.requests).toHaveLength(0);
  });

  test('"try again" after an outage shows the saved cards without a new form', async () => {
    const { lab } = react;
    lab.answer(problem(409, 'no_customer'), session({ secret: SECOND }));
    await lab.run('lab.strict()');
    await shows('unavailable none no_customer');
    await lab.page.locator('#name').fill('Ada Lov');
    await lab.page.getByText('Try again').click();
    await shows(`ready ${SECOND} fine`);
    await until(async () => (await calls()).some(({ name }) => name === 'update'));
    expect((await calls()).at(-1)).toEqual(updated(SECOND));
    expect(await lab.page.locator('#name').inputValue()).toBe('Ada Lov');
  });

  test('initial: the first render has the cards, and nobody is asked', async () => {
    const { lab } = react;
    const initial = `{ client_secret: '${FIRST}', expires_at: Math.floor(Date.now() / 1000) + 1800 }`;
    await lab.run(`{ lab.newSource({ initial: ${initial} }); lab.strict(); }`);
    await shows(`ready ${FIRST} fine settled`);
    await card().waitFor();
    await fence();
    expect((await calls())[0]).toEqual(created(FIRST));
    expect(lab.requests).toHaveLength(0);
  });

  test('preload(): the first render takes what was asked for before it', async () => {
    const { lab } = react;
    lab.answer(session({ secret: FIRST }));
    await lab.run('lab.source().preload()');
    await until(() => lab.run<boolean>('lab.source().getSnapshot().status === "ready"'));
    await lab.run('lab.strict()');
    await shows(`ready ${FIRST} fine settled`);
    await card().waitFor();
    await fence();
    expect(lab.requests).toHaveLength(1);
  });
});

describeInChromium('./react over what a server rendered', () => {
  test('is hydrated without a complaint, then asks', async () => {
    const browser = await launchChromium();
    try {
      const lab = await openLab(browser, { markup: '<p class="waiting">Looking for your cards</p>' });
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
