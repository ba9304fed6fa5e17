// A process in which a session, three refusals and an outage happen, for what they print.
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createStripe, customerSessionRouter, savedPaymentMethods } from '../../src/index.js';
import { browserHeaders, startStripeEmulator } from '../../src/testing/index.js';

const SHOP = {
  ...browserHeaders('https://shop.example'),
  'x-forwarded-proto': 'https',
  cookie: 'sid=canary',
};

async function main(): Promise<void> {
  const emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });
  const stripe = createStripe(emulator.secretKey, emulator.stripeConfig);
  const app = express().set('trust proxy', 1);
  app.use(
    '/customer-session',
    customerSessionRouter({
      stripe,
      authenticate: (req) => (req.get('x-user') === undefined ? null : { customer: 'cus_Ada' }),
      resolveCustomer: (user) => user.customer,
      components: savedPaymentMethods({ save: 'on_session' }),
    }),
  );
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await post(port, { ...SHOP, 'x-user': 'ada' });
  await post(port, SHOP);
  await post(port, { ...SHOP, 'sec-fetch-site': 'cross-site' });
  await post(port, { ...SHOP, 'x-forwarded-proto': 'http' });
  emulator.setFault('*', {
    status: 400,
    error: { message: 'canary', code: 'parameter_unknown', param: 'components' },
  });
  await post(port, { ...SHOP, 'x-user': 'ada' });
  server.close();
  await stripe.close();
  await emulator.close();
}

function post(port: number, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: '/customer-session',
      method: 'POST',
      headers,
      agent: false,
    };
    const req = request(options, (res) => {
      res.resume().on('end', resolve);
    });
    req.on('error', reject).end();
  });
}

void main();
