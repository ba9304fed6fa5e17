import { hang, held, problem, session } from '../client/support/session-server.js';
import { until } from '../support/until.js';
import { describeInChromium } from './support/chromium.js';
import { created, FIRST, SECOND, updated, useReactLab } from './support/react-lab.js';

const seconds = (count: number) => count / 60;

describeInChromium('a session that comes late, in Chromium', () => {
  const react = useReactLab();
  const { calls, card, stopClock, pass, typedIsThere } = react;
  const waiting = () => react.lab.page.getByText('Looking for your cards');

  async function type(): Promise<void> {
    await react.lab.page.locator('#name').fill('Ada Lov');
    await card().fill('4242');
  }

  test('the form for a new card is there after 1.5 s, and the session goes to elements.update()', async () => {
    const { lab } = react;
    const late = held(session({ secret: FIRST }));
    lab.answer(late.answer);
    await stopClock();
    await lab.run('lab.checkout()');
    await until(() => lab.requests.length === 1);
    await waiting().waitFor();
    await pass(seconds(1.4));
    expect(await waiting().isVisible()).toBe(true);
    await pass(seconds(0.2));
    await type();
    late.release();
    await until(async () => (await calls()).length === 2);
    expect(await calls()).toEqual([created(), updated(FIRST)]);
    expect(await typedIsThere()).toBe(true);
    expect(await waiting().count()).toBe(0);
  });

  test('waitMs: 0 waits for nothing', async () => {
    const { lab } = react;
    lab.answer(hang);
    await lab.run('lab.checkout(lab.source(), 0)');
    await pass(seconds(0.01));
    await card().waitFor();
    expect(await calls()).toEqual([created()]);
  });

  test('waitMs: Infinity waits for the answer, which the source’s timeoutMs ends', async () => {
    const { lab } = react;
    lab.answer(hang);
    await stopClock();
    await lab.run('lab.checkout(lab.source(), Infinity)');
    await until(() => lab.requests.length === 1);
    await pass(seconds(4));
    expect(await waiting().isVisible()).toBe(true);
    await pass(seconds(1.1));
    await card().waitFor();
    expect(await lab.run('lab.errors')).toEqual(['timeout']);
  });

  test('no answer at all leaves the form for a new card alone', async () => {
    const { lab } = react;
    lab.answer(hang);
    await lab.run('lab.checkout()');
    await until(() => lab.requests.length === 1);
    await pass(seconds(1.6));
    await type();
    await pass(seconds(5));
    await until(() => lab.run<boolean>('lab.source().getSnapshot().status === "unavailable"'));
    expect(await lab.run('lab.errors')).toEqual(['timeout']);
    expect(await calls()).toEqual([created()]);
    expect(await typedIsThere()).toBe(true);
  });

  test('Stripe.js of before Dahlia, whose update() gives nothing, gets it too', async () => {
    const { lab } = react;
    lab.answer(session({ secret: FIRST }), session({ secret: SECOND }));
    await lab.run('{ stripeUpdates = () => undefined; lab.checkout(); }');
    await type();
    await lab.run('lab.source().refresh()');
    await until(async () => (await calls()).length === 2);
    expect(await calls()).toEqual([created(FIRST), updated(SECOND)]);
    expect(await typedIsThere()).toBe(true);
  });

  test.each([
    ['a promise that is refused', 'Promise.reject(new Error("IntegrationError: canary"))'],
    ['an exception', '(() => { throw new Error("IntegrationError: canary"); })()'],
  ])('%s of update() is reported, and the form stays', async (_name, expression) => {
    const { lab } = react;
    lab.answer(session({ secret: FIRST }), session({ secret: SECOND }));
    await lab.run(`{
      window.reported = [];
      addEventListener('error', (event) => { event.preventDefault(); reported.push(event.error.message); });
      addEventListener('unhandledrejection', (event) => { event.preventDefault(); reported.push('unhandled'); });
      stripeUpdates = () => ${expression};
      lab.checkout();
    }`);
    await type();
    await lab.run('lab.source().refresh()');
    await until(async () => (await lab.run<string[]>('reported')).length === 1);
    expect(await lab.run('reported')).toEqual(['IntegrationError: canary']);
    expect(await typedIsThere()).toBe(true);
    // What was reported is this test's own doing.
    (lab.complaints as string[]).length = 0;
  });

  test('a source of one’s own, an object of a class without our additions, is served alike', async () => {
    const { lab } = react;
    const ada = '{ clientSecret: "cuss_secret_own_ada", expiresAt: new Date() }';
    await lab.run('{ window.own = lab.ownSource(); lab.own(own); }');
    await waiting().waitFor();
    await lab.run(`own.become({ status: 'ready', session: ${ada} })`);
    await type();
    await lab.page.getByText('Try again').click();
    await until(async () => (await calls()).length === 2);
    expect(await calls()).toEqual([created('cuss_secret_own_ada'), updated('cuss_secret_own_fresh')]);
    expect(await typedIsThere()).toBe(true);
    await lab.run(`own.become({ status: 'idle', session: null })`);
    await until(async () => (await calls()).length === 3);
    expect((await calls()).at(-1)).toEqual(created());
    await until(async () => (await card().inputValue()) === '');
    expect(lab.requests).toHaveLength(0);
  });

  test('a sign-out while it is on its way begins the form anew, and the session is nobody’s', async () => {
    const { lab } = react;
    const late = held(session({ secret: FIRST }));
    lab.answer(late.answer, problem(401, 'unauthenticated'));
    await lab.run('lab.checkout()');
    await until(() => lab.requests.length === 1);
    await pass(seconds(1.6));
    await type();
    await lab.run('lab.source().invalidate()');
    await until(async () => (await card().inputValue()) === '');
    late.release();
    await lab.requests[0]?.closed;
    expect(await calls()).toEqual([created(), created()]);
  });
});
