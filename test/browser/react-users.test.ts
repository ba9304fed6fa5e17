import { problem, session } from '../client/support/session-server.js';
import { until } from '../support/until.js';
import { describeInChromium } from './support/chromium.js';
import { created, FIRST, SECOND, useReactLab } from './support/react-lab.js';

const OF_ADA = 'cuss_secret_fake_of_ada';
const OF_BOB = 'cuss_secret_fake_of_bob';

describeInChromium('another user in Chromium', () => {
  const react = useReactLab();
  const { calls, card, shows, pass, checkoutWithACard } = react;

  test.each([
    ['invalidate()', () => react.lab.run('lab.source().invalidate()')],
    [
      'a renewal that finds nobody signed in',
      () => {
        react.lab.answer(problem(401, 'unauthenticated'));
        return pass(29.5);
      },
    ],
  ])('%s takes the former user’s form away', async (_name, signOut) => {
    const { lab } = react;
    lab.answer(session({ secret: FIRST }));
    await checkoutWithACard();
    await signOut();
    await until(async () => (await calls()).length === 2);
    expect((await calls()).at(-1)).toEqual(created());
    await card().waitFor();
    expect(await card().inputValue()).toBe('');
    expect(await lab.page.content()).not.toContain(FIRST);
  });

  test('invalidate() and refresh() in one breath begin a form for the next user', async () => {
    const { lab } = react;
    lab.answer(session({ secret: OF_ADA }), session({ secret: OF_BOB }));
    await checkoutWithACard();
    await lab.run('{ lab.source().invalidate(); lab.source().refresh(); undefined; }');
    await until(async () => (await calls()).length === 2);
    expect(await calls()).toEqual([created(OF_ADA), created(OF_BOB)]);
    await card().waitFor();
    expect(await card().inputValue()).toBe('');
  });

  test('a sign-in keeps what the guest has typed', async () => {
    const { lab } = react;
    lab.answer(session({ secret: FIRST }), session({ secret: SECOND }));
    await checkoutWithACard();
    await lab.run('lab.source().invalidate()');
    await until(async () => (await card().inputValue()) === '');
    await card().fill('4000');
    await lab.run('lab.source().refresh()');
    await until(async () => (await calls()).length === 3);
    expect((await calls()).at(-1)).toMatchObject({ name: 'update' });
    expect(await card().inputValue()).toBe('4000');
  });

  test('another user’s source never shows the former one’s session, though its answer comes last', async () => {
    const { lab } = react;
    let late = () => {};
    lab.answer(
      (request, response) => {
        late = () => session({ secret: OF_ADA })(request, response);
      },
      session({ secret: OF_BOB }),
    );
    await lab.run(`new MutationObserver(() => {
      if (document.body.textContent.includes('of_ada')) lab.errors.push('ada was shown');
    }).observe(document.body, { subtree: true, childList: true, characterData: true })`);
    await lab.run('lab.strict()');
    await until(() => lab.requests.length === 1);
    await lab.run('lab.newSource(); lab.strict()');
    await shows(`ready ${OF_BOB}`);
    late();
    await lab.requests[0]?.closed;
    await react.fence();
    await shows(`ready ${OF_BOB}`);
    expect(await lab.run('lab.errors')).toEqual([]);
    expect(JSON.stringify(await calls())).not.toContain('of_ada');
  });

  test('another user’s source begins a form of its own', async () => {
    const { lab } = react;
    lab.answer(session({ secret: FIRST }), session({ secret: SECOND }));
    await checkoutWithACard();
    await lab.run('lab.newSource(); lab.checkout()');
    await until(async () => (await calls()).length === 2);
    expect((await calls()).at(-1)).toEqual(created(SECOND));
    await card().waitFor();
    expect(await card().inputValue()).toBe('');
  });

  test.each([false, true])(
    'another user’s source that is ready already begins a form of its own, at once (StrictMode: %s)',
    async (strict) => {
      const { lab } = react;
      lab.answer(session({ secret: OF_ADA }), session({ secret: OF_BOB }));
      await checkoutWithACard(`lab.shop(${strict})`);
      await lab.run('lab.preload("bob")');
      await until(() => lab.run<boolean>('lab.users().bob.getSnapshot().status === "ready"'));
      await lab.run(`{
        window.waited = false;
        new MutationObserver(() => { window.waited ||= document.querySelector('.waiting') !== null; })
          .observe(document.body, { subtree: true, childList: true });
        become('bob');
      }`);
      await until(async () => (await card().inputValue()) === '');
      expect(await lab.page.locator('#name').inputValue()).toBe('');
      const sent = (await calls()).map((call) => JSON.stringify(call));
      expect([...new Set(sent)]).toEqual(
        [created(OF_ADA), created(OF_BOB)].map((call) => JSON.stringify(call)),
      );
      expect(await lab.run('waited')).toBe(false);
      expect(lab.requests).toHaveLength(2);
    },
  );
});
