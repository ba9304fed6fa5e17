import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Answer, session } from '../../client/support/session-server.js';
import { localCertificate } from '../../support/certificate.js';
import { bundle } from './bundle.js';
import { complaintsOf } from './chromium.js';

/** One page of the lab over https, the server behind it, and a stand-in for Stripe.js at the network's edge. */
export interface Lab {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly requests: readonly { closed: Promise<void> }[];
  answer(...answers: Answer[]): void;
  /** Evaluates an expression in the page, where `lab` and `stripeCalls` are. */
  run<T>(expression: string): Promise<T>;
  /** Another tab of the same person, with the same page in it. */
  openTab(): Promise<Page>;
  close(): Promise<void>;
}

const bundles = new Map<string, string>();

/** Time for a slow machine to bundle the page and to start Chromium. */
export const PREPARE_MS = 240_000;

/** Bundles what a lab needs, which takes a while: for `beforeAll`. */
export function prepareLab(script = 'lab.tsx'): void {
  for (const file of [script, 'stripe-stand-in.ts']) labScript(file);
}

/** A script of test/client/pages, for a page. */
export function labScript(file: string): string {
  const known = bundles.get(file) ?? bundle(file);
  bundles.set(file, known);
  return known;
}

export interface LabOptions {
  /** What is in the page before its script runs. */
  markup?: string;
  /** The script, of test/client/pages. */
  script?: string;
  /** Answers to other addresses than the router's and the page's. */
  routes?: Record<string, Answer>;
}

export async function openLab(browser: Browser, options: LabOptions = {}): Promise<Lab> {
  const { markup = '', script: file = 'lab.tsx', routes = {} } = options;
  const [code, stripe] = [labScript(file), labScript('stripe-stand-in.ts')];
  const requests: { closed: Promise<void> }[] = [];
  let script: Answer[] = [session()];
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const route = routes[request.url ?? ''];
    if (route) return route(request, response);
    if (request.url === '/lab.js')
      return void response.setHeader('content-type', 'text/javascript').end(code);
    if (request.url !== '/customer-session') return void response.end(pageWith(markup));
    requests.push({ closed: new Promise((resolve) => response.once('close', resolve)) });
    const [answer = session()] = script;
    if (script.length > 1) script = script.slice(1);
    answer(request, response);
  };
  const server = createTlsServer(await localCertificate(), handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const context: BrowserContext = await browser.newContext({ ignoreHTTPSErrors: true });
  await context.route('https://js.stripe.com/**', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: stripe }),
  );
  const openTab = async () => {
    const tab = await context.newPage();
    await tab.clock.install();
    return tab;
  };
  const address = `https://localhost:${port}/`;
  const page = await openTab();
  const complaints = complaintsOf(page);
  await page.goto(address);
  return {
    page,
    complaints,
    requests,
    answer(...answers) {
      script = answers;
    },
    run: (expression) => page.evaluate(expression),
    async openTab() {
      const tab = await openTab();
      await tab.goto(address);
      return tab;
    },
    async close() {
      await context.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pageWith(markup: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>Lab</title>
<div id="root">${markup}</div><div id="embeds"></div><script src="/lab.js"></script></html>`;
}
