import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { complaintsOf } from './chromium.js';

/** One visitor of the storefront, and all that the browser and the server said meanwhile. */
export interface Visit {
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, and violations of the page's policy. */
  readonly complaints: string[];
  /** Secrets that came over the wire, in the order of their arrival. */
  readonly secrets: string[];
  become(user: 'Ada' | 'Bob' | 'Dora' | 'Nobody'): Promise<void>;
  close(): Promise<void>;
}

export interface VisitOptions extends BrowserContextOptions {
  /** The page's clock can be moved. */
  clock?: boolean;
  prepare?: (page: Page) => Promise<void>;
}

export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const { clock, prepare, ...contextOptions } = options;
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...contextOptions });
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  const secrets: string[] = [];
  await page.exposeFunction('reportViolation', (violation: string) => complaints.push(violation));
  await page.addInitScript(`addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    reportViolation('violation: ' + violatedDirective + ' ' + blockedURI))`);
  await page.exposeFunction('reportSecret', (secret: string) => secrets.push(secret));
  // Chromium keeps no body that a page reads as a stream, so the page itself tells.
  await page.addInitScript(`(() => {
    const { fetch } = window;
    window.fetch = async (...asked) => {
      const response = await fetch(...asked);
      if (response.status === 200 && response.url.endsWith('/customer-session'))
        await reportSecret((await response.clone().json()).client_secret);
      return response;
    };
  })()`);
  if (clock) await page.clock.install();
  await prepare?.(page);
  await page.goto(url);
  return {
    page,
    complaints,
    secrets,
    become: (user) => page.getByRole('button', { name: user }).click(),
    close: () => context.close(),
  };
}

/** Everything that a page keeps, as one text. */
export function whatIsKept(page: Page): Promise<string> {
  return page.evaluate(`(async () => {
    const fields = [...document.querySelectorAll('input')].map(({ value }) => value);
    const databases = await indexedDB.databases();
    const cacheNames = await caches.keys();
    const kept = [{ ...localStorage }, { ...sessionStorage }, databases, cacheNames, history.state, name, fields];
    return [document.documentElement.outerHTML, document.cookie, location.href, JSON.stringify(kept)].join('\\n');
  })()`);
}

/** Whether all of an element can be seen without scrolling. */
export async function isInView(page: Page, locator: Locator): Promise<boolean> {
  const box = await locator.boundingBox();
  const height = page.viewportSize()?.height ?? 0;
  return box !== null && box.y >= 0 && box.y + box.height <= height;
}
