// A host in a process of its own, with no listener for unhandled rejections, as most hosts are. The parent passes the
// client's kind and Stripe's port, and is told the host's port.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import Stripe from 'stripe';
import { createStripe, customerSessionRouter, savedPaymentMethods } from '../../src/index.js';

async function main([client = '', stripePort = '']: string[]): Promise<void> {
  const target = { host: 'localhost', port: Number(stripePort), protocol: 'http' } as const;
  const stripe =
    client === 'createStripe'
      ? createStripe('sk_test_emulator', target)
      : new Stripe('sk_test_emulator', target);
  const app = express().set('trust proxy', 'loopback');
  app.use(
    '/customer-session',
    customerSessionRouter({
      authenticate: () => ({ customer: 'cus_Ada' }),
      resolveCustomer: (user) => user.customer,
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe,
      deadlineMs: 900,
    }),
  );
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
  process.once('disconnect', () => process.exit());
}

void main(process.argv.slice(2));
