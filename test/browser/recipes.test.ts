import type { Browser } from 'playwright-core';
import { held, raw, session } from '../client/support/session-server.js';
import { until } from '../support/until.js';
import { describeInChromium, launchChromium } from './support/chromium.js';
import { type Lab, openLab, PREPARE_MS, prepareLab } from './support/lab.js';

const BASE = { mode: 'payment', amount: 3800, currency: 'eur' };
const FIRST = 'cuss_secret_fake_first';
const SECOND = 'cuss_secret_fake_second';

describeInChromium('the recipes without React in Chromium', () => {
  let browser: Browser;
  let lab: Lab;
  const sent: string[] = [];

  beforeAll(async () => {
    prepareLab('recipes.ts');
    prepareLab('early.ts');
    browser = await launchChromium();
  }, PREPARE_MS);

  afterAll(() => browser.close());

  afterEach(async () => {
    sent.length = 0;
    await lab.close();
    expect(lab.complaints).toEqual([]);
  });

  async function open(): Promise<void> {
    lab = await openLab(browser, {
      script: 'recipes.ts',
      routes: {
        '/checkout': raw(
          200,
          JSON.stringify({
            client_secret: 'pi_1_secret_fake',
            customer_session: { client_secret: FIRST, expires_at: Math.floor(Date.now() / 1000) + 1800 },
          }),
        ),
        '/saved-cards-changed': (request, response) => {
          let body = '';
          request.on('data', (chunk) => {
            body += chunk;
          });
          request.on('end', () => {
            sent.push(`${request.method} ${body}`);
            response.end();
          });
        },
      },
    });
    // The recipe without a framework asks as soon as its script runs.
    await until(() => lab.requests.length === 1);
    lab.answer(session({ secret: SECOND }));
  }

  const calls = () => lab.run<unknown[]>('stripeCalls');
  const mounted = () => lab.run<number>('stripeMounted.size');
  const card = () => lab.page.getByLabel('stand-in for the payment element');

  test('without a framework: the form has what was preloaded, and goes', async () => {
    await open();
    await lab.run('recipes.vanilla().then((leave) => { window.leave = leave; })');
    await card().waitFor();
    const [call] = (await calls()) as { options: { customerSessionClientSecret: string } }[];
    expect(call?.options.customerSessionClientSecret).toMatch(/^cuss_secret_fake_/);
    expect(lab.requests).toHaveLength(1);
    await lab.run('leave()');
    expect([await card().count(), await mounted()]).toEqual([0, 0]);
  });

  test('Vue: the form has a session of its own, and goes with the component', async () => {
    await open();
    await lab.run('{ window.leave = recipes.vue(); }');
    await card().waitFor();
    expect(await calls()).toEqual([
      { name: 'elements', options: { ...BASE, customerSessionClientSecret: SECOND } },
    ]);
    await lab.run('leave()');
    expect([await card().count(), await mounted()]).toEqual([0, 0]);
  });

  test('Vue: a component that is gone before the answer leaves nothing', async () => {
    await open();
    const answer = held(session({ secret: SECOND }));
    lab.answer(answer.answer);
    await lab.run('{ window.leave = recipes.vue(); }');
    await until(() => lab.requests.length === 2);
    await lab.run('{ leave(); window.leave = recipes.vue(); }');
    answer.release();
    await card().waitFor();
    expect(await mounted()).toBe(1);
    await lab.run('leave()');
    expect([await card().count(), await mounted()]).toEqual([0, 0]);
  });

  test('what stands in the head of the page asks for both at once, and the checkout takes them', async () => {
    const intents: string[] = [];
    lab = await openLab(browser, {
      script: 'early.ts',
      routes: {
        '/payment-intent': (request, response) => {
          intents.push(request.method ?? '');
          response.end('{"client_secret":"pi_1_secret_fake"}');
        },
      },
    });
    await until(() => lab.requests.length === 1 && intents.length === 1);
    const got = await lab.run(`Promise.all([checkout.intent, checkout.source.get()]).then(
      async ([response, session]) => [(await response.json()).client_secret, session.clientSecret])`);
    expect(got).toEqual(['pi_1_secret_fake', expect.stringMatching(/^cuss_secret_fake_/)]);
    expect([intents, lab.requests.length]).toEqual([['POST'], 1]);
  });

  test('the session that came with the intent is the first, and nobody is asked', async () => {
    await open();
    const got = await lab.run(`recipes.beginCheckout().then(async ({ clientSecret, source }) =>
      [clientSecret, source.getSnapshot().status, (await source.get()).clientSecret])`);
    expect(got).toEqual(['pi_1_secret_fake', 'ready', FIRST]);
    expect(lab.requests).toHaveLength(1);
  });

  test('a saved card that was removed or changed is told to the buyer, and to the shop without its id', async () => {
    await open();
    await lab.run(`{
      recipes.watch();
      const payment_method = { id: 'pm_1', type: 'card' };
      recipes.tell('savedpaymentmethodremove', { success: false, error: 'no connection', payment_method });
      recipes.tell('savedpaymentmethodremove', { success: true, payment_method });
      recipes.tell('savedpaymentmethodupdate', { success: true, payment_method });
    }`);
    expect(await lab.run('recipes.said')).toEqual([
      'Your card is still saved: no connection',
      'Your card was removed.',
      'Your card was changed.',
    ]);
    await until(() => sent.length === 2);
    expect(sent).toEqual(['POST ', 'POST ']);
  });
});
