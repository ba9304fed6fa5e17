import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createStripe } from 'express-stripe-customer-session';
import { type StripeEmulator, startStripeEmulator } from 'express-stripe-customer-session/testing';
import request from 'supertest';
import { createApp, fromAda, fromPage } from './app.js';

let emulator: StripeEmulator;
let stripe: ReturnType<typeof createStripe>;
before(async () => {
  emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });
  stripe = createStripe(emulator.secretKey, emulator.stripeConfig);
});
after(async () => {
  await stripe.close();
  await emulator.close();
});

it('gives a session of the signed-in customer', async () => {
  const { body } = await request(createApp(stripe)).post('/customer-session').set(fromAda).expect(200);
  assert.equal(emulator.sessions.at(-1)?.customer, 'cus_Ada');
  assert.equal(emulator.sessions.at(-1)?.clientSecret, body.client_secret);
});

it('answers 401 when nobody is signed in', async () => {
  await request(createApp(stripe)).post('/customer-session').set(fromPage).expect(401);
});

it('goes on without saved cards while Stripe is down', async () => {
  emulator.setFault('POST /v1/customer_sessions', { status: 503 });
  await request(createApp(stripe)).post('/customer-session').set(fromAda).expect(502);
  emulator.setFault('POST /v1/customer_sessions', undefined);
});

it('H8: `rateLimit: false` for many tests of one user', async () => {
  const app = createApp(stripe, false);
  for (let count = 0; count < 40; count += 1) {
    await request(app).post('/customer-session').set(fromAda).expect(200);
  }
});
