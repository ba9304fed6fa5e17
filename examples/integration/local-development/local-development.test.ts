import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http, { createServer, type Server } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, it } from 'node:test';
import type { Express } from 'express';
import { createStripe, type StripeClient } from 'express-stripe-customer-session';
import {
  browserHeaders,
  type StripeEmulator,
  startStripeEmulator,
} from 'express-stripe-customer-session/testing';
import { generate } from 'selfsigned';
import { createServer as createVite } from 'vite';
import { createApi, createApp } from './app.js';
import { listenOverTls } from './https.js';

const HERE = import.meta.dirname;
const FROM_TWO_PORTS = {
  origin: 'http://localhost:5173',
  'sec-fetch-site': 'same-site',
  'sec-fetch-mode': 'cors',
};

let emulator: StripeEmulator;
let stripe: StripeClient;
const servers = new Set<Server | https.Server>();
before(async () => {
  process.env.NODE_ENV = 'development';
  emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });
  stripe = createStripe(emulator.secretKey, { ...emulator.stripeConfig, spareConnection: false });
});
after(async () => {
  for (const server of servers) server.close().closeAllConnections();
  await emulator.close();
});

it('H3, H4: a page behind the proxy of Vite', async () => {
  const port = await listen(createApp(stripe));
  process.env.API = `http://localhost:${port}`;
  const vite = await createVite({ root: HERE, logLevel: 'silent', server: { port: 0, host: 'localhost' } });
  try {
    await vite.listen();
    const { origin } = new URL(vite.resolvedUrls?.local[0] ?? '');
    assert.equal(await ask(origin, browserHeaders(origin)), '200');
    assert.equal(
      await ask(origin, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
      'tls_required',
    );
  } finally {
    await vite.close();
  }
});

it('H4: a page on a port of its own, and no other port', async () => {
  const api = `http://localhost:${await listen(createApi(stripe))}`;
  assert.equal(await ask(api, FROM_TWO_PORTS), '200');
  assert.equal(await ask(api, { ...FROM_TWO_PORTS, origin: 'http://localhost:5174' }), 'cross_origin');
});

it('H4: pages and APIs under *.localhost', async () => {
  const port = await listen(createApp(stripe));
  const origin = `http://shop.localhost:${port}`;
  const host = `shop.localhost:${port}`;
  assert.equal(await ask(`http://localhost:${port}`, { ...browserHeaders(origin), host }), '200');
});

it('H3: a container, which sees its host as an address of a bridge', async () => {
  const port = await listen(createApp(stripe), (server) => {
    server.on('connection', (socket) => {
      Object.defineProperty(socket, 'remoteAddress', { value: '172.18.0.1' });
    });
  });
  const origin = `http://localhost:${port}`;
  assert.equal(await ask(origin, browserHeaders(origin)), '200');
  assert.equal(
    await ask(origin, { ...browserHeaders(origin), 'x-forwarded-for': '172.18.0.1' }),
    'tls_required',
  );
});

it('H3: TLS on localhost, without the option', async () => {
  process.env.NODE_ENV = 'production';
  const folder = mkdtempSync(path.join(tmpdir(), 'mkcert-'));
  try {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    writeFileSync(path.join(folder, 'localhost-key.pem'), key);
    writeFileSync(path.join(folder, 'localhost.pem'), cert);
    const server = listenOverTls(createApp(stripe), 0, folder);
    servers.add(server);
    await once(server, 'listening');
    const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
    assert.equal(await ask(origin, browserHeaders(origin), cert), '200');
  } finally {
    process.env.NODE_ENV = 'development';
    rmSync(folder, { recursive: true });
  }
});

it('H3: refuses plain http once NODE_ENV says that it is no development', async () => {
  process.env.NODE_ENV = 'production';
  const app = createApp(stripe);
  process.env.NODE_ENV = 'development';
  const origin = `http://localhost:${await listen(app)}`;
  assert.equal(await ask(origin, browserHeaders(origin)), 'tls_required');
});

async function listen(app: Express, prepare?: (server: Server) => void): Promise<number> {
  const server = createServer(app);
  prepare?.(server);
  servers.add(server);
  await once(server.listen(0, 'localhost'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** The code of the refusal, or the status of a session. */
async function ask(url: string, headers: Record<string, string>, ca?: string): Promise<string> {
  const { request } = url.startsWith('https:') ? https : http;
  const sent = request(`${url}/customer-session`, { method: 'POST', headers, ca }).end();
  const [answer] = await once(sent, 'response');
  const body = JSON.parse(await text(answer)) as { code?: string };
  return body.code ?? String(answer.statusCode);
}
