import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sleep } from '../stats.js';

const ROUND_TRIP_MS = 80;
const STRIPE_API_MS = 300;
const STRIPE_JS_MS = 200;

/** How a checkout gets its secrets. */
export type Way = 'guide' | 'preload' | 'initial';

/** A shop, Stripe's API behind it and Stripe.js: stand-ins that only take their time. */
export interface PageShop {
  urlOf(page: Way | 'cart'): string;
  close(): Promise<void>;
}

type Answer = (response: ServerResponse) => Promise<void>;

// All three wait for Stripe.js, the intent and the session: then the Payment Element can be made.
const AT_HAND = 'console.log(performance.now());';
const POST = (path: string) => `fetch('${path}', { method: 'POST' }).then((response) => response.json())`;

// As Stripe's guide has it: its script first, then the intent and the session by one request.
const GUIDE = `Stripe('pk_test_bench'); ${POST('/create-payment-intent')}.then(() => { ${AT_HAND} });`;
const PRELOAD = `const intent = checkout.intent.then((response) => response.json());
Promise.all([intent, checkout.source.get(), stripeLoaded]).then(([, session]) => { if (session) ${AT_HAND} });`;
const INITIAL = `const { customer_session: initial } = JSON.parse(document.querySelector('#secrets').textContent);
const source = client.createCustomerSessionSource('/customer-session', { initial });
Promise.all([source.get(), stripeLoaded]).then(([session]) => { if (session) ${AT_HAND} });`;

/** The package's code, as scripts that leave a variable of that name. */
export interface Bundles {
  /** The recipe's: asks for the session and the intent. */
  readonly early: string;
  /** ./client, all of it. */
  readonly client: string;
}

export async function startPageShop({ early, client }: Bundles): Promise<PageShop> {
  const stripeJs = await listen((_request, response) => {
    void sleep(STRIPE_JS_MS).then(() => script(response, 'window.Stripe = () => ({}); window.onStripe?.();'));
  });
  const tag = (attributes: string) =>
    `<script>window.stripeLoaded = new Promise((resolve) => { window.onStripe = resolve; })</script>
<script src="http://127.0.0.1:${stripeJs.port}/" ${attributes}></script>`;
  const routes: Record<string, Answer> = {
    '/cart': async (response) => end(response, page()),
    '/guide': async (response) => end(response, page(tag(''), '<script src="/guide.js" defer></script>')),
    '/guide.js': async (response) => script(response, GUIDE),
    '/create-payment-intent': async (response) => {
      await stripeApi();
      await stripeApi();
      end(response, secrets());
    },
    '/preload': async (response) =>
      end(
        response,
        page(`<script>${early}</script>`, tag('async'), '<script defer src="/preload.js"></script>'),
      ),
    '/preload.js': async (response) => script(response, PRELOAD),
    '/payment-intent': slowly,
    '/customer-session': slowly,
    // The head leaves at once, so that the scripts load while Stripe is asked for both at the same time.
    '/initial': async (response) => {
      response.setHeader('content-type', 'text/html');
      response.write(page(tag('async'), '<script defer src="/initial.js"></script>'));
      await Promise.all([stripeApi(), stripeApi()]);
      response.end(`<script type="application/json" id="secrets">${secrets()}</script>`);
    },
    '/initial.js': async (response) => script(response, client + INITIAL),
  };
  const shop = await listen((request, response) => void answer(routes, request, response));
  return {
    urlOf: (name) => `http://127.0.0.1:${shop.port}/${name}`,
    close: async () => void (await Promise.all([shop.close(), stripeJs.close()])),
  };
}

async function answer(
  routes: Readonly<Record<string, Answer>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await sleep(ROUND_TRIP_MS);
  response.setHeader('cache-control', 'no-store');
  const route = routes[request.url ?? ''];
  if (route) await route(response);
  else response.writeHead(404).end();
}

async function slowly(response: ServerResponse): Promise<void> {
  await stripeApi();
  response.end(
    JSON.stringify({ client_secret: `cuss_secret_bench_${Date.now()}`, expires_at: inHalfAnHour() }),
  );
}

const stripeApi = () => sleep(STRIPE_API_MS);
const inHalfAnHour = () => Math.floor(Date.now() / 1_000) + 1_800;

function secrets(): string {
  const customer_session = { client_secret: 'cuss_secret_bench', expires_at: inHalfAnHour() };
  return JSON.stringify({ client_secret: 'pi_bench_secret', customer_session });
}

function page(...head: string[]): string {
  return `<!doctype html><html lang="en"><head><link rel="icon" href="data:,">${head.join('\n')}</head><body>`;
}

function end(response: ServerResponse, body: string): void {
  response.setHeader('content-type', body.startsWith('<') ? 'text/html' : 'application/json');
  response.end(body);
}

function script(response: ServerResponse, code: string): void {
  response.setHeader('content-type', 'text/javascript');
  response.end(code);
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections();
      return new Promise<unknown>((resolve) => server.close(resolve));
    },
  };
}
