import type { Browser, Locator } from 'playwright-core';
import { launchChromium } from './chromium.js';
import { type Lab, openLab, PREPARE_MS, prepareLab } from './lab.js';

/** What Stripe.js was asked for. */
export interface Call {
  name: string;
  options: Record<string, unknown>;
}

export const BASE = { mode: 'payment', amount: 1200, currency: 'eur' };
export const FIRST = 'cuss_secret_fake_first';
export const SECOND = 'cuss_secret_fake_second';

export const created = (secret?: string): Call => ({
  name: 'elements',
  options: secret === undefined ? BASE : { ...BASE, customerSessionClientSecret: secret },
});
export const updated = (secret: string): Call => ({
  name: 'update',
  options: { customerSessionClientSecret: secret },
});

export interface ReactLab {
  readonly lab: Lab;
  readonly calls: () => Promise<Call[]>;
  readonly card: () => Locator;
  readonly shows: (text: string) => Promise<void>;
  /** From here on the page's clock moves by `pass` alone. */
  readonly stopClock: () => Promise<void>;
  /** Minutes on the page's clock. */
  readonly pass: (minutes: number) => Promise<void>;
  /** A request of the page's own: what the page has not sent by now is not on its way. */
  readonly fence: () => Promise<unknown>;
  readonly checkoutWithACard: (show?: string) => Promise<void>;
  readonly typedIsThere: () => Promise<boolean>;
}

/** A lab for each test of a suite; after each, nothing may have been kept or complained of. */
export function useReactLab(): ReactLab {
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

  const card = () => lab.page.getByLabel('stand-in for the payment element');
  const name = () => lab.page.locator('#name');

  return {
    get lab() {
      return lab;
    },
    calls: () => lab.run<Call[]>('stripeCalls'),
    card,
    shows: (text) => lab.page.locator('.status', { hasText: text }).first().waitFor(),
    stopClock: async () => lab.page.clock.pauseAt((await lab.run<number>('Date.now()')) + 60_000),
    pass: (minutes) => lab.page.clock.fastForward(minutes * 60_000),
    fence: () => lab.run('fetch("/fence").then((response) => response.text())'),
    async checkoutWithACard(show = 'lab.checkout()') {
      await lab.run(show);
      await name().fill('Ada Lov');
      await card().fill('4242');
    },
    typedIsThere: async () =>
      (await name().inputValue()) === 'Ada Lov' && (await card().inputValue()) === '4242',
  };
}
