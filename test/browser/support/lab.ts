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

interface Scripts {
  lab: string;
  stripe: string;
}

let scripts: Scripts | undefined;

export async function openLab(browser: Browser, markup = ''): Promise<Lab> {
  scripts ??= { lab: bundle('lab.tsx'), stripe: bundle('stripe-stand-in.ts') };
  const { lab, stripe } = scripts;
  const requests: { closed: Promise<void> }[] = [];
  let script: Answer[] = [session()];
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/lab.js') return void response.setHeader('content-type', 'text/javascript').end(lab);
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
