import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser } from 'playwright-core';
import { until } from '../client/support/until.js';
import { type Storefront, startStorefront } from '../examples/support/storefront.js';
import { bundle } from './support/bundle.js';
import { describeInChromium, launchChromium } from './support/chromium.js';
import { type Visit, type VisitOptions, visit, whatIsKept } from './support/shop.js';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { width: 360, height: 740 };

describeInChromium('the storefront in Chromium', () => {
  let data: string;
  let storefront: Storefront;
  let browser: Browser;
  const visits: Visit[] = [];

  beforeAll(async () => {
    data = mkdtempSync(path.join(tmpdir(), 'shop-'));
    [storefront, browser] = await Promise.all([startStorefront({ data }), launchChromium()]);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    storefront.kill();
    rmSync(data, { recursive: true, force: true });
  });

  afterEach(async () => {
    for (const visitor of visits.splice(0)) await visitor.close();
  });

  async function enter(options?: VisitOptions): Promise<Visit> {
    const visitor = await visit(browser, storefront.url, options);
    visits.push(visitor);
    return visitor;
  }

  const welcome = ({ page }: Visit) => page.getByText('Welcome back, Ada Lovelace.').waitFor();
  const savedCards = ({ page }: Visit) => page.locator('.card-name').allTextContents();
  const ADAS = ['visa •••• 4242', 'mastercard •••• 4444', 'amex •••• 0005', 'A new card'];

  test('shows Ada her cards, the way of her request, and the secret only by its end', async () => {
    const ada = await enter();
    await ada.become('Ada');
    await welcome(ada);
    await ada.page.getByText('•••• 4242').waitFor();
    expect(await savedCards(ada)).toEqual(ADAS);
    expect(ada.secrets).toHaveLength(1);
    const [secret = ''] = ada.secrets;
    await ada.page.getByText(`cuss_secret_••••••${secret.slice(-4)}`).waitFor();
    await ada.page.locator('.secret time', { hasText: /^(30:00|29:5\d)$/ }).waitFor();

    const entry = ada.page.locator('.entry').first();
    await entry.getByText('issued').waitFor();
    const steps = await entry.locator('.steps strong').allTextContents();
    expect(steps).toEqual([
      'Arrived',
      'Guards passed',
      'Signed in',
      'Customer found',
      'Stripe asked',
      'Session handed out',
    ]);
    await entry.getByText('no-store, private, no-transform').waitFor();
    expect(await whatIsKept(ada.page)).not.toContain(secret);
    expect(ada.complaints).toEqual([]);
  });

  test('renews the session before it ends, and the cards stay', async () => {
    const ada = await enter({ clock: true });
    await ada.become('Ada');
    await welcome(ada);
    await ada.page.getByText('•••• 4444').click();
    await ada.page.clock.fastForward(29.5 * 60_000);
    await until(() => ada.secrets.length === 2);
    await ada.page.locator('.secret time', { hasText: /^(30:00|29:[45]\d)$/ }).waitFor();
    expect(await savedCards(ada)).toEqual(ADAS);
    expect(await ada.page.getByLabel('•••• 4444').isChecked()).toBe(true);
    const kept = await whatIsKept(ada.page);
    for (const secret of ada.secrets) expect(kept).not.toContain(secret);
    expect(ada.complaints).toEqual([]);
  });

  test('forgets everything of Ada on sign-out, and asks for nobody', async () => {
    const ada = await enter();
    await ada.become('Ada');
    await welcome(ada);
    await ada.page.getByText('•••• 4242').waitFor();
    await ada.become('Nobody');
    await ada.page.getByText('Nobody is signed in').waitFor();
    expect(await savedCards(ada)).toEqual(['A new card']);
    expect(await ada.page.locator('.secret').count()).toBe(0);
    expect(await whatIsKept(ada.page)).not.toContain(ada.secrets[0]);
    expect(ada.secrets).toHaveLength(1);
    expect(ada.complaints).toEqual([]);
  });

  test('never shows Bob what is Ada’s', async () => {
    const visitor = await enter();
    await visitor.become('Ada');
    await visitor.page.getByText('•••• 4242').waitFor();
    await visitor.page.evaluate(`(() => {
      window.mixedUp = 0;
      const look = () => {
        const bob = document.querySelector('.saved').textContent.includes('Bob');
        if (bob && document.body.textContent.includes('4242')) window.mixedUp++;
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    })()`);
    await visitor.become('Bob');
    await visitor.page.getByText('Welcome back, Bob Noyce.').waitFor();
    expect(await savedCards(visitor)).toEqual(['A new card']);
    expect(await visitor.page.evaluate('window.mixedUp')).toBe(0);
    expect(visitor.complaints).toEqual([]);
  });

  test('lets Dora pay, whose customer is gone', async () => {
    const dora = await enter();
    await dora.become('Dora');
    await dora.page.getByText('could not be loaded (no_customer)').waitFor();
    await dora.page.getByLabel('Card number').fill('4242 4242');
    await dora.page.getByRole('button', { name: 'Pay €38.00' }).click();
    await dora.page.getByText('nothing was charged').waitFor();
  });

  test.each([
    ['Another site posts here', 'got 403 cross_origin', /Welcome back/],
    ['Plain http', 'got 403 tls_required', /Welcome back/],
    ['Press 40 times', 'were refused with 429', /rate_limited/],
    ['Stripe hangs', 'stopped waiting (timeout)', /timeout/],
    ['Stripe mixes up customers', 'somebody else’s session (stripe_mismatch)', /stripe_mismatch/],
    ['The customer was deleted', 'no longer knows the customer (no_customer)', /no_customer/],
  ])(
    '“%s” says what protected whom, and the checkout is as usable as before',
    async (button, sentence, saved) => {
      const ada = await enter();
      await ada.become('Ada');
      await welcome(ada);
      await ada.page.getByRole('button', { name: button }).click();
      await ada.page.getByRole('status').filter({ hasText: sentence }).waitFor();
      await ada.page.locator('.saved', { hasText: saved }).waitFor();
      await ada.page.getByText('A new card', { exact: true }).click();
      await ada.page.getByLabel('Card number').fill('4242 4242');
      await ada.page.getByRole('button', { name: 'Pay €38.00' }).click();
      await ada.page.getByText('nothing was charged').waitFor();
      await ada.page.getByRole('button', { name: 'Load the checkout again' }).click();
      await welcome(ada);
      await ada.page.getByText('•••• 4242').waitFor();
      // Chromium itself reports each refusal; nothing else may be said.
      expect(ada.complaints.filter((line) => !line.startsWith('error: Failed to load resource:'))).toEqual(
        [],
      );
    },
  );

  test('mounts the real Payment Element where there is a key, within the page’s policy', async () => {
    const stripe = bundle('stripe-stand-in.ts');
    const ada = await enter({
      clock: true,
      prepare: async (page) => {
        await page.route('**/demo/state', async (route) => {
          const response = await route.fetch();
          await route.fulfill({
            response,
            json: { ...(await response.json()), publishableKey: 'pk_test_fake' },
          });
        });
        await page.route('https://js.stripe.com/**', (route) =>
          route.fulfill({ contentType: 'text/javascript', body: stripe }),
        );
      },
    });
    const calls = () =>
      ada.page.evaluate<{ name: string; options: Record<string, unknown> }[]>('window.stripeCalls');
    const callsOfAda = async () =>
      (await calls()).filter(({ options }) => 'customerSessionClientSecret' in options);
    await ada.become('Ada');
    // Before her session there is the element of a guest.
    await until(async () => (await callsOfAda()).length === 1);
    const card = ada.page.getByLabel('stand-in for the payment element');
    await card.fill('4242');
    await ada.page.clock.fastForward(29.5 * 60_000);
    await until(() => ada.secrets.length === 2);
    const [first, second] = ada.secrets;
    await until(async () => (await calls()).at(-1)?.name === 'update');
    const mine = await callsOfAda();
    expect(mine.at(-1)).toEqual({ name: 'update', options: { customerSessionClientSecret: second } });
    expect(mine.at(-2)).toEqual({
      name: 'elements',
      options: { mode: 'payment', amount: 3800, currency: 'eur', customerSessionClientSecret: first },
    });
    expect(await card.inputValue()).toBe('4242');
    expect(ada.complaints).toEqual([]);
  });

  test('can be used by the keyboard alone', async () => {
    const { page, complaints } = await enter();
    await page.getByRole('button', { name: 'Ada' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Welcome back, Ada Lovelace.').waitFor();
    await page.getByText('•••• 4242').waitFor();
    await page.getByLabel('•••• 4242').focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.getByLabel('•••• 4444').isChecked()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.getByText('nothing was charged').waitFor();
    expect(complaints).toEqual([]);
  });

  test.each<[string, VisitOptions]>([
    ['in light', { colorScheme: 'light' }],
    ['in dark', { colorScheme: 'dark' }],
    ['on a phone', { viewport: PHONE }],
  ])('axe finds nothing serious %s', async (_name, options) => {
    const ada = await enter({ ...options, reducedMotion: 'reduce' });
    await ada.become('Ada');
    await ada.page.getByText('•••• 4242').waitFor();
    await ada.page.getByRole('button', { name: 'Another site posts here' }).click();
    await ada.page.getByRole('status').filter({ hasText: 'cross_origin' }).waitFor();
    await ada.page.evaluate(AXE);
    const { violations, passes } = await ada.page.evaluate<AxeResults>('axe.run()');
    expect(violations.map(({ id, impact, nodes }) => [id, impact, nodes[0]?.html])).toEqual([]);
    expect(passes.length).toBeGreaterThan(20);
    const wider = await ada.page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(wider).toBe(0);
  });

  test('is light: 150 kB of script at most over the wire, and painted within a second', async () => {
    let bytes = 0;
    const paints: number[] = [];
    for (let load = 0; load < 3; load++) {
      const { page } = await enter({
        prepare: async (prepared) => {
          prepared.on('requestfinished', async (request) => {
            if (load === 0 && request.resourceType() === 'script')
              bytes += (await request.sizes()).responseBodySize;
          });
        },
      });
      await page.getByText('Who is buying?').waitFor();
      paints.push(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
    }
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(150_000);
    expect(Math.min(...paints)).toBeLessThan(1_000);
  });
});
