import type { Browser } from 'playwright-core';
import { problem, session } from '../client/support/session-server.js';
import { until } from '../support/until.js';
import { describeInChromium, launchChromium } from './support/chromium.js';
import { type Lab, openLab, PREPARE_MS, prepareLab } from './support/lab.js';

const FIRST = 'cuss_secret_fake_first';
const SECOND = 'cuss_secret_fake_second';
const OWN = 'pricing-table-id=prctbl_fake publishable-key=pk_test_fake';
const MARKUP = `
<template id="table"><stripe-pricing-table pricing-table-id="prctbl_fake" publishable-key="pk_test_fake"></stripe-pricing-table></template>
<template id="button"><stripe-buy-button buy-button-id="buy_btn_fake" publishable-key="pk_test_fake"></stripe-buy-button></template>
<template id="empty"> <!-- to be done --> </template>
<p id="not-a-template"><b>Plans</b></p>`;

describeInChromium('mountEmbed in Chromium', () => {
  let browser: Browser;
  let lab: Lab;

  beforeAll(async () => {
    prepareLab();
    browser = await launchChromium();
  }, PREPARE_MS);

  afterAll(() => browser.close());

  beforeEach(async () => {
    lab = await openLab(browser, { markup: MARKUP });
  });

  afterEach(() => lab.close());

  const seen = () => lab.run<string[]>('lab.seen');
  const page = () => lab.page.content();

  test.each([
    ['before', 'lab.defineEmbeds(); window.leave = lab.embed("#table")'],
    ['after', 'window.leave = lab.embed("#table"); lab.source().get().then(() => lab.defineEmbeds())'],
  ])(
    'the element has its secret when it is upgraded, with Stripe’s script loaded %s',
    async (_when, mount) => {
      lab.answer(session({ secret: FIRST }));
      await lab.run(`{ ${mount} }`);
      await until(async () => (await seen()).length === 1);
      expect(await seen()).toEqual([`stripe-pricing-table ${OWN} customer-session-client-secret=${FIRST}`]);
    },
  );

  test('a table and a button on one page make one request', async () => {
    lab.answer(session({ secret: FIRST }));
    await lab.run('{ lab.defineEmbeds(); lab.embed("#table"); lab.embed("#button"); }');
    await until(async () => (await seen()).length === 2);
    expect(await seen()).toEqual([
      `stripe-pricing-table ${OWN} customer-session-client-secret=${FIRST}`,
      `stripe-buy-button buy-button-id=buy_btn_fake publishable-key=pk_test_fake customer-session-client-secret=${FIRST}`,
    ]);
    expect(lab.requests).toHaveLength(1);
  });

  test('without a session the element is for anybody', async () => {
    lab.answer(problem(409, 'no_customer'));
    await lab.run('{ lab.defineEmbeds(); lab.embed("#table"); }');
    await until(async () => (await seen()).length === 1);
    expect(await seen()).toEqual([`stripe-pricing-table ${OWN}`]);
  });

  test('is drawn anew with a fresh secret before the old one ends, and for anybody after sign-out', async () => {
    lab.answer(session({ secret: FIRST }), session({ secret: SECOND }));
    await lab.run('{ lab.defineEmbeds(); lab.embed("#table"); }');
    await until(async () => (await seen()).length === 1);
    await lab.page.clock.fastForward(29.5 * 60_000);
    await until(async () => (await seen()).length === 2);
    expect((await seen()).at(-1)).toBe(
      `stripe-pricing-table ${OWN} customer-session-client-secret=${SECOND}`,
    );
    expect(await page()).not.toContain(FIRST);
    await lab.run('lab.source().invalidate()');
    await until(async () => (await seen()).length === 3);
    expect((await seen()).at(-1)).toBe(`stripe-pricing-table ${OWN}`);
    expect(await page()).not.toContain(SECOND);
    expect(await lab.page.locator('stripe-pricing-table').count()).toBe(1);
  });

  test('leaves nothing behind: neither in the page nor on the element that was taken away', async () => {
    lab.answer(session({ secret: FIRST }));
    await lab.run('{ lab.defineEmbeds(); window.leave = lab.embed("#table"); }');
    await lab.page.locator('stripe-pricing-table').waitFor({ state: 'attached' });
    await lab.run('{ window.taken = document.querySelector("stripe-pricing-table"); leave(); }');
    expect(await page()).not.toContain(FIRST);
    expect(await lab.run<string>('taken.outerHTML')).not.toContain(FIRST);
    await until(() => lab.run<boolean>('lab.source().getSnapshot().session === null'));
    expect(lab.complaints).toEqual([]);
  });

  test.each(['#empty', '#not-a-template', '#no-such-element'])(
    '%s is an error that says what to pass',
    async (id) => {
      const said = await lab.run(
        `(() => { try { lab.embed("${id}"); } catch (error) { return error.name + ': ' + error.message; } })()`,
      );
      expect(said).toBe(
        'TypeError: mountEmbed: pass a <template> with a <stripe-pricing-table> or a <stripe-buy-button> in it.',
      );
      expect(lab.requests).toHaveLength(0);
    },
  );
});
