import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createStripe } from 'express-stripe-customer-session';
import { type StripeEmulator, startStripeEmulator } from 'express-stripe-customer-session/testing';
import { generate } from 'selfsigned';
import type { SignInExample } from './example.js';
import { users } from './users.js';

/** A running example. */
export interface Served {
  origin: string;
  /** The certificate, which clients must trust. */
  ca: string;
  emulator: StripeEmulator;
  close(): Promise<void>;
}

/** Starts an example over https on localhost, with the emulator in place of Stripe. */
export async function serve(example: SignInExample, port = 0): Promise<Served> {
  const emulator = await startStripeEmulator();
  for (const { stripeCustomerId } of users) emulator.addCustomer({ id: stripeCustomerId });
  const stripe = createStripe(emulator.secretKey, emulator.stripeConfig);

  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const server = createServer({ key, cert });
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  server.on('request', await example.createApp({ origin, stripe }));

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await example.close?.();
    await stripe.close();
    await emulator.close();
  }
  return { origin, ca: cert, emulator, close };
}
