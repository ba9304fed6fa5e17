import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer as createSocketServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express from 'express';
import type Stripe from 'stripe';
import request from 'supertest';
import { stripeThroughProxy, stripeThroughSocket } from '../../examples/recipes/egress.js';
import { customerSessionRouter, savedPaymentMethods } from '../../src/index.js';
import { browserHeaders, type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';

let emulator: StripeEmulator;
beforeAll(async () => {
  emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });
});
afterAll(() => emulator.close());

function askThrough(stripe: Stripe) {
  const app = express().set('trust proxy', 'loopback');
  const router = customerSessionRouter({
    stripe,
    livemode: false,
    authenticate: () => ({ customer: 'cus_Ada' }),
    resolveCustomer: (user) => user.customer,
    components: savedPaymentMethods({ save: 'on_session' }),
  });
  return request(app.use('/customer-session', router))
    .post('/customer-session')
    .set({ ...browserHeaders('https://shop.example'), 'x-forwarded-proto': 'https' });
}

function join(from: Socket, to: Socket): void {
  from.pipe(to).pipe(from);
  for (const end of [from, to]) end.on('error', () => undefined);
}

test('a client of the host goes through an HTTP proxy', async () => {
  const asked: Array<[target: string | undefined, credentials: string | undefined]> = [];
  const proxy = createServer().on('connect', (req: IncomingMessage, client: Socket) => {
    asked.push([req.url, req.headers['proxy-authorization']]);
    const upstream = connect(emulator.port, emulator.host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      join(client, upstream);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const stripe = stripeThroughProxy(emulator.secretKey, `http://shop:secret@127.0.0.1:${port}`, {
    host: 'stripe.example',
    port: 443,
    protocol: 'http',
  });
  try {
    const { status, body } = await askThrough(stripe);
    expect({ status, members: Object.keys(body) }).toEqual({
      status: 200,
      members: ['client_secret', 'expires_at'],
    });
    expect(asked).toEqual([['stripe.example:443', `Basic ${Buffer.from('shop:secret').toString('base64')}`]]);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});

test('a client of the host goes through a Unix socket', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'escs-egress-'));
  const socketPath = path.join(folder, 'stripe.sock');
  const taken = new Set<Socket>();
  const sidecar = createSocketServer((client) => {
    taken.add(client);
    join(client, connect(emulator.port, emulator.host));
  });
  await new Promise<void>((resolve) => sidecar.listen(socketPath, resolve));
  try {
    const { status, body } = await askThrough(stripeThroughSocket(emulator.secretKey, socketPath));
    expect({ status, members: Object.keys(body) }).toEqual({
      status: 200,
      members: ['client_secret', 'expires_at'],
    });
    expect(taken.size).toBe(1);
  } finally {
    for (const client of taken) client.destroy();
    sidecar.close();
    rmSync(folder, { recursive: true });
  }
});
