import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer as createSocketServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express from 'express';
import {
  customerSessionRouter,
  type StripeClient,
  savedPaymentMethods,
} from 'express-stripe-customer-session';
import {
  browserHeaders,
  type StripeEmulator,
  startStripeEmulator,
} from 'express-stripe-customer-session/testing';
import request from 'supertest';
import { stripeThroughProxy, stripeThroughSocket } from '../../examples/recipes/egress.js';
import { localCertificate } from '../support/certificate.js';

let emulator: StripeEmulator;
beforeAll(async () => {
  emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });
});
afterAll(() => emulator.close());

async function expectSession(stripe: StripeClient): Promise<void> {
  const app = express().set('trust proxy', 'loopback');
  const router = customerSessionRouter({
    stripe,
    authenticate: () => ({ customer: 'cus_Ada' }),
    resolveCustomer: (user) => user.customer,
    components: savedPaymentMethods({ save: 'on_session' }),
  });
  const { status, body } = await request(app.use('/customer-session', router))
    .post('/customer-session')
    .set({ ...browserHeaders('https://shop.example'), 'x-forwarded-proto': 'https' });
  expect({ status, members: Object.keys(body) }).toEqual({
    status: 200,
    members: ['client_secret', 'expires_at'],
  });
}

function join(from: Socket, to: Socket): void {
  from.pipe(to).pipe(from);
  for (const end of [from, to]) end.on('error', () => undefined);
}

test('goes through an HTTP proxy, which sees nothing but TLS', async () => {
  const asked: Array<[target: string | undefined, credentials: string | undefined]> = [];
  const seen: Buffer[] = [];
  const proxy = createServer().on('connect', (req: IncomingMessage, client: Socket) => {
    asked.push([req.url, req.headers['proxy-authorization']]);
    const upstream = connect(secure.port, secure.host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.on('data', (chunk: Buffer) => seen.push(chunk));
      join(client, upstream);
    });
  });
  const certificate = await localCertificate();
  const secure = await startStripeEmulator({ tls: certificate });
  secure.addCustomer({ id: 'cus_Ada' });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const stripe = stripeThroughProxy(secure.secretKey, `http://shop:secret@127.0.0.1:${port}`, {
    host: 'localhost',
    port: secure.port,
    ca: certificate.cert,
  });
  try {
    await expectSession(stripe);
    await expectSession(stripe);
    // One connection for both.
    expect(asked).toEqual([
      [`localhost:${secure.port}`, `Basic ${Buffer.from('shop:secret').toString('base64')}`],
    ]);
    expect(Buffer.concat(seen).toString('latin1')).not.toContain(secure.secretKey);
  } finally {
    await stripe.close();
    proxy.closeAllConnections();
    proxy.close();
    await secure.close();
  }
});

test('goes through a Unix socket', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'escs-egress-'));
  const socketPath = path.join(folder, 'stripe.sock');
  const taken = new Set<Socket>();
  const sidecar = createSocketServer((client) => {
    taken.add(client);
    join(client, connect(emulator.port, emulator.host));
  });
  await new Promise<void>((resolve) => sidecar.listen(socketPath, resolve));
  try {
    await expectSession(stripeThroughSocket(emulator.secretKey, socketPath));
    expect(taken.size).toBe(1);
  } finally {
    for (const client of taken) client.destroy();
    sidecar.close();
    rmSync(folder, { recursive: true });
  }
});
