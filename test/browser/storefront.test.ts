import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import type { Played } from '../../examples/storefront/shapes.js';
import { type Storefront, startStorefront } from '../examples/support/storefront.js';
import { until } from '../support/until.js';
import { bundle } from './support/bundle.js';
import { describeInChromium, launchChromium } from './support/chromium.js';
import { isInView, type Visit, type VisitOptions, visit, whatIsKept } from './support/shop.js';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const DESK = { width: 1280, height: 800 };
const PHONES = [
  { width: 390, height: 844 },
  { width: 320, height: 568 },
];
const A_SECRET = /cuss_secret_\w{8}/;
const PASSED = [
  'Request',
  'POST, TLS, same origin',
  'Signed in',
  'Customer',
  'Rate limit',
  'Stripe',
  'Answer checked',
  'Handed out',
];

describeInChromium('the storefront in Chromium', () => {
  let data: string;
  let storefront: Storefront;
  let browser: Browser;
  const visits: Visit[] = [];

  beforeAll(async () => {
    data = mkdtempSync(path.join(tmpdir(), 'shop-'));
    [storefront, browser] = await Promise.all([startStorefront({ data }), launchChromium()]);
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    storefront.kill();
    rmSync(data, { recursive: true, force: true });
  });

  afterEach(async () => {
    for (const visitor of visits.splice(0)) await visitor.close();
  });

  async function enter(options?: VisitOptions): Promise<Visit> {
    const visitor = await visit(browser, storefront.url, { viewport: DESK, ...options });
    visits.push(visitor);
    return visitor;
  }

  /** Ada, as whom everybody comes, with her cards before her. */
  async function enterAsAda(options?: VisitOptions): Promise<Visit> {
    const ada = await enter(options);
    await welcome(ada);
    await ada.page.getByText('•••• 4242').waitFor();
    await ada.page.locator('.timeline .entry').waitFor();
    return ada;
  }

  const welcome = ({ page }: Visit) => page.getByText('Welcome, Ada Lovelace.').waitFor();
  const savedCards = ({ page }: Visit) => page.locator('.card-name').allTextContents();
  const ADAS = ['visa •••• 4242', 'mastercard •••• 4444', 'amex •••• 0005', 'A new card'];

  async function showsBob(page: Page): Promise<void> {
    await page.getByText('Welcome, Bob Noyce.').waitFor();
    await page.getByText('A new card', { exact: true }).waitFor();
    expect(await page.getByText('•••• 4242').count()).toBe(0);
  }

  async function play({ page }: Visit, title: string): Promise<Played> {
    const answered = page.waitForResponse((response) => response.url().endsWith('/play'), {
      timeout: 60_000,
    });
    await page.getByRole('button', { name: title }).click();
    const played: Played = await (await answered).json();
    await page.getByRole('status').filter({ hasText: played.router.outcome }).waitFor();
    // The next one may be chosen.
    await page.locator('.scenario[aria-disabled="false"]').first().waitFor();
    return played;
  }

  /** An outage reached the page's own checkout, which takes a new card and then recovers. */
  async function expectRecovery(ada: Visit, code: string): Promise<void> {
    const { page } = ada;
    await page.getByText(`met it too (${code})`).waitFor();
    await page.getByText(`could not be loaded (${code})`).waitFor();
    await page.getByLabel('Card number').fill('4242 4242');
    await page.getByRole('button', { name: 'Pay €38.00' }).click();
    await page.getByText('nothing was charged').waitFor();
    await page.getByRole('button', { name: 'Load the checkout again' }).click();
    await welcome(ada);
    await page.getByText('•••• 4242').waitFor();
  }

  test('shows at first sight Ada, her cards, the way of her request, and a sentence about it', async () => {
    const ada = await enterAsAda();
    const { page } = ada;
    expect(await savedCards(ada)).toEqual(ADAS);
    await page.getByText(/^A made-up shop: Ada is signed in .* runs on this machine\.$/).waitFor();
    const stops = page.locator('.timeline .stop');
    expect(await stops.locator('strong').allTextContents()).toEqual(PASSED);
    expect(await page.locator('.timeline .stop.passed').count()).toBe(PASSED.length);
    for (const seen of [page.locator('.intro'), page.locator('.drawing'), page.locator('.way')])
      expect(await isInView(page, seen)).toBe(true);
    expect(await page.evaluate('scrollY')).toBe(0);

    expect(ada.secrets).toHaveLength(1);
    const [secret = ''] = ada.secrets;
    await page.getByText(`cuss_secret_••••••${secret.slice(-4)}`).waitFor();
    await page.locator('.secret time', { hasText: /^(30:00|29:\d\d)$/ }).waitFor();
    await page.getByText('Response headers').click();
    await page.getByText('no-store, private, no-transform').waitFor();
    expect(await whatIsKept(page)).not.toMatch(A_SECRET);
    expect(ada.complaints).toEqual([]);
  });

  test('renews the session before it ends, and the cards, the choice and the typing stay', async () => {
    const ada = await enterAsAda({ clock: true });
    const { page } = ada;
    await page.getByText('A new card', { exact: true }).click();
    await page.getByLabel('Card number').fill('4242');
    await page.clock.fastForward(29.5 * 60_000);
    await until(() => ada.secrets.length === 2);
    await page.locator('.secret time', { hasText: /^(30:00|29:\d\d)$/ }).waitFor();
    expect(await savedCards(ada)).toEqual(ADAS);
    expect(await page.getByLabel('Card number').inputValue()).toBe('4242');
    expect(await page.evaluate("document.activeElement.closest('label').textContent")).toBe('Card number');
    expect(await whatIsKept(page)).not.toMatch(A_SECRET);
    expect(ada.complaints).toEqual([]);
  });

  test('forgets everything of Ada on sign-out, and asks for nobody', async () => {
    const ada = await enterAsAda();
    await ada.become('Nobody');
    await ada.page.getByText('Nobody is signed in, so no saved cards were asked for').waitFor();
    expect(await savedCards(ada)).toEqual(['A new card']);
    expect(await ada.page.locator('.secret').count()).toBe(0);
    await ada.page.reload();
    await ada.page.getByText('Nobody is signed in, so no saved cards were asked for').waitFor();
    expect(ada.secrets).toHaveLength(1);
    expect(ada.complaints).toEqual([]);
  });

  test('never shows Bob what is Ada’s, and begins anew for Ada', async () => {
    const visitor = await enterAsAda();
    await visitor.page.evaluate(`(() => {
      window.mixedUp = 0;
      const look = () => {
        const bob = document.querySelector('.saved').textContent.includes('Bob');
        if (bob && document.body.textContent.includes('4242')) window.mixedUp++;
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    })()`);
    await visitor.become('Bob');
    await visitor.page.getByText('Welcome, Bob Noyce.').waitFor();
    await visitor.page.getByText('A new card', { exact: true }).waitFor();
    expect(await savedCards(visitor)).toEqual(['A new card']);
    expect(await visitor.page.evaluate('window.mixedUp')).toBe(0);
    for (let again = 0; again < 2; again++) {
      await visitor.become('Ada');
      await welcome(visitor);
      await visitor.page.getByText('•••• 4242').waitFor();
    }
    expect(visitor.complaints).toEqual([]);
  });

  test('follows who signs in and out in another tab', async () => {
    const ada = await enterAsAda();
    const other = await ada.page.context().newPage();
    await other.goto(storefront.url);
    await other.getByText('•••• 4242').waitFor();
    await ada.become('Bob');
    await showsBob(other);
    // The tab of a guest has no source that would hear of it.
    await ada.become('Nobody');
    await other.getByText('Nobody is signed in, so no saved cards').waitFor();
    await ada.become('Ada');
    await other.getByText('•••• 4242').waitFor();
  });

  test.each(['first', 'last'])(
    'follows it too when its own question was too early to know of it, and is answered %s',
    async (when) => {
      const ada = await enterAsAda();
      const other = await ada.page.context().newPage();
      await other.goto(storefront.url);
      await other.getByText('•••• 4242').waitFor();
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      // The former cookie is worth nothing any more, and the new one was not there yet.
      await other.route(
        '**/demo/state',
        async (route) => {
          const response = await route.fetch();
          const json = { ...(await response.json()), user: null };
          if (when === 'last') await released;
          await route.fulfill({ response, json });
        },
        { times: 1 },
      );
      await ada.become('Bob');
      await showsBob(other);
      release();
      // Its own question is answered after the one that was held back.
      await other.evaluate("fetch('/demo/state').then((response) => response.text())");
      await showsBob(other);
    },
  );

  test('lets Dora pay, whose customer is gone', async () => {
    const dora = await enterAsAda();
    await dora.become('Dora');
    await dora.page.getByText('could not be loaded (no_customer)').waitFor();
    await dora.page.getByLabel('Card number').fill('4242 4242');
    await dora.page.getByRole('button', { name: 'Pay €38.00' }).click();
    await dora.page.getByText('nothing was charged').waitFor();
    const stopped = dora.page.locator('.timeline .stop.stopped');
    await stopped.filter({ hasText: 'no_customer' }).waitFor();
    expect(await stopped.locator('strong').textContent()).toBe('Stripe');
  });

  // The last: the code with which an outage reached the page's own checkout.
  test.each<[string, RegExp, RegExp, string]>([
    ['A foreign page asks', /^200, a secret$/, /^403 cross_origin$/, ''],
    ['A proxy caches the answer', /^200, Ada’s secret$/, /^200, Bob’s own secret$/, ''],
    ['Customers get mixed up', /^200, a secret$/, /^502 stripe_mismatch$/, 'stripe_mismatch'],
    ['Stripe hangs', /^no answer in /, /^504 timeout$/, 'timeout'],
    ['A tab asks 100 times', /^100 × 200$/, / × 429$/, ''],
    ['The customer was deleted', /^400, no secret$/, /^409 no_customer$/, ''],
    ['Plain http', /^200, a secret$/, /^403 tls_required$/, ''],
  ])(
    '“%s”: shows what both routes answered in this run, side by side',
    async (title, naive, router, code) => {
      const ada = await enterAsAda();
      const { page } = ada;
      const played = await play(ada, title);
      for (const [name, side, outcome] of [
        ['A naive route', played.naive, naive],
        ['The router', played.router, router],
      ] as const) {
        const shown = page.getByRole('region', { name, exact: true });
        expect(side?.outcome).toMatch(outcome);
        await shown.getByText(side?.outcome ?? 'missing', { exact: true }).waitFor();
        await shown.getByText(side?.finding ?? 'missing', { exact: true }).waitFor();
        const last = side?.exchanges.at(-1);
        if (typeof last?.status === 'number')
          await shown.getByText(`HTTP/1.1 ${last.status}`).first().waitFor();
      }
      if (code !== '') await expectRecovery(ada, code);
      const routerSide = page.getByRole('region', { name: 'The router', exact: true });
      await routerSide.getByText('How far the request came').click();
      await routerSide.locator('.way').waitFor();
      expect(await whatIsKept(page)).not.toMatch(A_SECRET);
      // Chromium itself reports each refusal; nothing else may be said.
      expect(ada.complaints.filter((line) => !line.startsWith('error: Failed to load resource:'))).toEqual(
        [],
      );
    },
  );

  test('shows of a scenario that is played again the answers of this run, not of the one before', async () => {
    const ada = await enterAsAda();
    const shown = ada.page.getByRole('region', { name: 'A naive route' }).locator('> pre');
    const answers: string[] = [];
    for (let run = 0; run < 2; run++) {
      const { naive } = await play(ada, 'A foreign page asks');
      const secret = /cuss_secret_••••••\w{4}/.exec(naive?.exchanges.at(-1)?.body ?? '')?.[0] ?? 'missing';
      await shown.filter({ hasText: secret }).waitFor();
      answers.push(secret);
    }
    expect(answers[1]).not.toBe(answers[0]);
  });

  test('is whole for the next visitor when one has left in the middle of an outage', async () => {
    const leaver = await enterAsAda();
    await leaver.page.getByRole('button', { name: 'Stripe hangs' }).click();
    await leaver.page.getByText('s so far').waitFor();
    await leaver.close();
    await enterAsAda();
  });

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
    const secretsGiven = () =>
      ada.page.evaluate<string[]>(
        // Until Stripe.js is there nothing has been called.
        '(window.stripeCalls ?? []).flatMap(({ options }) => options.customerSessionClientSecret ?? [])',
      );
    const card = ada.page.getByLabel('stand-in for the payment element');
    await card.fill('4242');
    await until(async () => (await secretsGiven()).length === 1);
    await ada.page.clock.fastForward(29.5 * 60_000);
    await until(async () => (await secretsGiven()).length === 2);
    expect(await secretsGiven()).toEqual(ada.secrets);
    expect(await card.inputValue()).toBe('4242');
    await ada.page.getByText(/but Stripe’s test mode runs on this machine/).waitFor();
    expect(ada.complaints).toEqual([]);
  });

  test('can be used by the keyboard alone, and says to a screen reader what came of it', async () => {
    const { page, complaints } = await enterAsAda();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Welcome, Bob Noyce.').waitFor();
    await page.getByRole('button', { name: 'Ada' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('•••• 4242').waitFor();
    await page.getByLabel('•••• 4242').focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.getByLabel('•••• 4444').isChecked()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.getByText('nothing was charged').waitFor();
    await page.getByRole('button', { name: 'A foreign page asks' }).focus();
    await page.keyboard.press('Enter');
    const spoken = 'A foreign page asks. The naive route: 200, a secret. The router: 403 cross_origin.';
    await page.getByRole('status').filter({ hasText: spoken }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('A foreign page asks');
    expect(complaints).toEqual([]);
  });

  test.each(PHONES)('on a phone of $width px a tap brings into view what it did', async (viewport) => {
    const ada = await enterAsAda({ viewport, hasTouch: true });
    const { page } = ada;
    await page.getByRole('button', { name: 'Bob' }).tap();
    const way = page.locator('.timeline .way');
    await way.filter({ hasText: 'by the session cookie' }).waitFor();
    await until(() => isInView(page, way));

    await page.getByRole('button', { name: 'A foreign page asks' }).tap();
    await page.getByText('403 cross_origin', { exact: true }).waitFor();
    const heading = page.locator('.comparison h3');
    await until(async () => ((await heading.boundingBox())?.y ?? Infinity) < viewport.height / 4);
    expect(await isInView(page, heading)).toBe(true);
  });

  const brightness = (page: Page) =>
    page.evaluate<number>(
      'getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).reduce((sum, part) => sum + Number(part), 0)',
    );

  test.each([DESK, ...PHONES])(
    'axe finds nothing at $width px in light and dark, and nothing is wider',
    async (viewport) => {
      const ada = await enterAsAda({
        viewport,
        reducedMotion: 'reduce',
        prepare: async (page) => {
          await page.addInitScript(`{
          window.scrolls = [];
          const { scrollIntoView } = Element.prototype;
          Element.prototype.scrollIntoView = function (options) {
            scrolls.push(options.behavior);
            scrollIntoView.call(this, options);
          };
        }`);
        },
      });
      const { page } = ada;
      await play(ada, 'A proxy caches the answer');
      await page.evaluate(
        "document.querySelectorAll('details').forEach((details) => { details.open = true; })",
      );
      await page.evaluate(AXE);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        expect([colorScheme, (await brightness(page)) > 380]).toEqual([colorScheme, colorScheme === 'light']);
        const { violations, passes } = await page.evaluate<AxeResults>('axe.run()');
        const found = violations.map(({ id, impact, nodes }) => [id, impact, nodes[0]?.html]);
        expect([colorScheme, found]).toEqual([colorScheme, []]);
        expect(passes.length).toBeGreaterThan(20);
      }
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      expect(
        await page.evaluate("getComputedStyle(document.querySelector('.scenario')).transitionDuration"),
      ).toBe('0s');
      expect([...new Set(await page.evaluate<string[]>('scrolls'))]).toEqual(['auto']);
    },
  );

  test('is light: 150 kB of script at most over the wire', async () => {
    let bytes = 0;
    await enterAsAda({
      prepare: async (page) => {
        page.on('requestfinished', async (request) => {
          if (request.resourceType() === 'script') bytes += (await request.sizes()).responseBodySize;
        });
      },
    });
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(150_000);
  });
});
