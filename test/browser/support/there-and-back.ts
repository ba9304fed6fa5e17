import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Answer, session } from '../../client/support/session-server.js';
import { localCertificate } from '../../support/certificate.js';
import { labScript } from './lab.js';

/** What the page was when it told of itself. */
export interface Told {
  persisted: boolean;
  /** In the very moment of its return. */
  atOnce?: State;
  state: State;
  calls: { name: string; options: Record<string, unknown> }[];
}

export interface State {
  status: string;
  secret: string | null;
  typed: string;
}

export interface ThereAndBack {
  readonly there: string;
  readonly lab: string;
  readonly told: readonly Told[];
  readonly requests: () => number;
  answer(...answers: Answer[]): void;
  /** Lets the other site send the visitor back. */
  goBack(): void;
  close(): Promise<void>;
}

// Shows a checkout, tells of it, goes to another site, and tells of itself again when it is back. Playwright cannot
// follow a page through the back-forward cache, so nobody drives this one.
const THERE = `
  const state = () => {
    const { status, session } = lab.source().getSnapshot();
    return { status, secret: session?.clientSecret ?? null, typed: document.querySelector('#name')?.value ?? '' };
  };
  const settled = () => new Promise((resolve) => {
    const look = () =>
      state().status !== 'loading' && document.querySelector('#name') ? resolve() : setTimeout(look, 10);
    look();
  });
  const tell = (what) => fetch('/told', { method: 'POST', body: JSON.stringify({ ...what, state: state(), calls: stripeCalls }) });
  addEventListener('load', async () => {
    lab.checkout();
    await settled();
    document.querySelector('#name').value = 'Ada Lov';
    addEventListener('pageshow', async ({ persisted }) => {
      const atOnce = state();
      await settled();
      await new Promise((resolve) => setTimeout(resolve));
      await tell({ persisted, atOnce });
    });
    await tell({ persisted: false });
    location.href = 'https://evil.example:' + location.port + '/away';
  });`;

const AWAY = `addEventListener('load', async () => {
  await fetch('/go');
  history.back();
});`;

/** Two sites on one port: shop.example with a checkout, and evil.example, which sends its visitors back. */
export async function startThereAndBack(): Promise<ThereAndBack> {
  const told: Told[] = [];
  let script: Answer[] = [session()];
  let asked = 0;
  let goBack = () => {};
  const gone = new Promise<void>((resolve) => {
    goBack = resolve;
  });
  const routes: Record<string, Answer> = {
    '/there': page(
      `<script src="/stripe.js"></script><script src="/lab.js"></script><script>${THERE}</script>`,
    ),
    '/lab': page('<script src="/stripe.js"></script><script src="/lab.js"></script>'),
    '/away': page(`<script>${AWAY}</script>`),
    '/go': (_request, response) => void gone.then(() => response.end()),
    '/lab.js': code('lab.tsx'),
    '/stripe.js': code('stripe-stand-in.ts'),
    '/told': (request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        told.push(JSON.parse(body));
        response.end();
      });
    },
    '/customer-session': (request, response) => {
      asked += 1;
      const [answer = session()] = script;
      if (script.length > 1) script = script.slice(1);
      answer(request, response);
    },
  };
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    (routes[request.url ?? ''] ?? routes['/lab'])?.(request, response);
  const server = createTlsServer(await localCertificate(), handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    there: `https://shop.example:${port}/there`,
    lab: `https://shop.example:${port}/lab`,
    told,
    requests: () => asked,
    answer(...answers) {
      script = answers;
    },
    goBack: () => goBack(),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function page(content: string): Answer {
  const html = `<!doctype html><html lang="en"><link rel="icon" href="data:,"><div id="root"></div>${content}</html>`;
  return (_request, response) => void response.setHeader('content-type', 'text/html').end(html);
}

function code(file: string): Answer {
  return (_request, response) =>
    void response.setHeader('content-type', 'text/javascript').end(labScript(file));
}
