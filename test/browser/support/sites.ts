import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import express, { type Express, type Request, type Response } from 'express';
import { savedPaymentMethods } from '../../../src/components/presets.js';
import type { CustomerSessionEvent } from '../../../src/core/events.js';
import { customerSessionRouter } from '../../../src/router.js';
import { createStripe } from '../../../src/stripe/client.js';
import { type StripeEmulator, startStripeEmulator } from '../../../src/testing/index.js';
import { localCertificate } from '../../support/certificate.js';

/** Chromium finds every name of the suite on this machine. */
export const RESOLVE_LOCALLY = '--host-resolver-rules=MAP *.example 127.0.0.1';

export interface Sites {
  /** The port of all sites over TLS, and that of the shop on plain http. */
  readonly tls: number;
  readonly plain: number;
  readonly emulator: StripeEmulator;
  readonly events: CustomerSessionEvent[];
  /** What the page `/there` told. */
  readonly told: { persisted: boolean; client_secret: string }[];
  close(): Promise<void>;
}

/**
 * Several sites on one port: `shop.example` with the router, `cors.example` with the router behind a host that lets
 * every origin in, their neighbours, and a plain http door to the shop. Users are known by a cookie.
 */
export async function startSites(): Promise<Sites> {
  const emulator = await startStripeEmulator();
  const { id } = emulator.addCustomer();
  const stripe = createStripe(emulator.secretKey, emulator.stripeConfig);
  const events: CustomerSessionEvent[] = [];
  const router = () =>
    customerSessionRouter<string>({
      stripe,
      authenticate: (req) => (/user=ada/.test(req.headers.cookie ?? '') ? 'ada' : null),
      resolveCustomer: () => id,
      components: savedPaymentMethods({ save: 'on_session' }),
      rateLimit: false,
      onEvent: (event) => void events.push(event),
    });

  const app = express();
  app.use((req, res, next) => {
    if (req.hostname === 'cors.example') letEverybodyIn(req, res);
    next();
  });
  app.use('/customer-session', router());
  const told: Sites['told'] = [];
  app.post('/told', express.json({ type: () => true }), (req, res) => {
    told.push(req.body);
    res.end();
  });
  addPages(app);

  const tls = createTlsServer(await localCertificate(), app);
  const plain = createHttpServer(app);
  await Promise.all([listen(tls), listen(plain)]);
  return {
    tls: (tls.address() as AddressInfo).port,
    plain: (plain.address() as AddressInfo).port,
    emulator,
    events,
    told,
    async close() {
      tls.closeAllConnections();
      plain.closeAllConnections();
      await Promise.all([tls, plain].map((server) => new Promise((resolve) => server.close(resolve))));
      await stripe.close();
      await emulator.close();
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

// What cors({ origin: true, credentials: true }) does.
function letEverybodyIn(req: Request, res: Response): void {
  res.set('Access-Control-Allow-Origin', req.headers.origin ?? '*');
  res.set('Access-Control-Allow-Credentials', 'true');
}

function parameter(req: Request, name: string): string {
  return new URL(req.originalUrl, 'https://shop.example').searchParams.get(name) ?? '';
}

function addPages(app: Express): void {
  app.get('/', (_req, res) => void res.send('<!doctype html><link rel="icon" href="data:,"><p>page</p>'));
  app.get('/worker.js', (_req, res) => {
    res.type('js').send(`onmessage = async ({ data }) => {
      const response = await fetch(data, { method: 'POST', credentials: 'include' }).catch(() => null);
      postMessage(response ? response.status + ' ' + (await response.text()) : 'failed');
    };`);
  });
  app.get('/frame', (req, res) => {
    res.send(`<!doctype html><script>
      fetch(${JSON.stringify(parameter(req, 'url'))}, { method: 'POST', credentials: 'include' })
        .then(async (response) => response.status + ' ' + (await response.text()), () => 'failed')
        .then((text) => parent.postMessage(text, '*'));
    </script>`);
  });
  app.all('/redirect', (req, res) => {
    letEverybodyIn(req, res);
    res.redirect(307, parameter(req, 'to'));
  });
  addThereAndBack(app);
  // Shows that the cookie does travel: no refusal below is a missing cookie.
  app.post('/whoami', (req, res) => {
    letEverybodyIn(req, res);
    res.send(req.headers.cookie ?? 'nobody');
  });
}

// A page that asks for a session, goes to another site, comes back by itself, asks again, and tells each time.
// Playwright cannot follow a page through the back-forward cache, so nobody drives this one.
function addThereAndBack(app: Express): void {
  app.get('/there', (req, res) => {
    res.send(`<!doctype html><script>
      addEventListener('pageshow', async ({ persisted }) => {
        const response = await fetch('/customer-session', { method: 'POST' });
        const { client_secret } = await response.json();
        await fetch('/told', { method: 'POST', body: JSON.stringify({ persisted, client_secret }) });
        if (!persisted) location.href = 'https://evil.example:${req.socket.localPort}/back';
      });
    </script>`);
  });
  app.get('/back', (_req, res) => {
    res.send(
      '<!doctype html><script>addEventListener("load", () => setTimeout(() => history.back(), 100))</script>',
    );
  });
}
