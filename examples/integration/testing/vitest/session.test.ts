import { createStripe } from 'express-stripe-customer-session';
import { type StripeEmulator, startStripeEmulator } from 'express-stripe-customer-session/testing';
import request from 'supertest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp, fromAda } from '../app.js';

let emulator: StripeEmulator;
beforeAll(async () => {
  emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });
});
afterAll(() => emulator.close());

test('gives a session of the signed-in customer', async () => {
  const stripe = createStripe(emulator.secretKey, emulator.stripeConfig);
  const { body } = await request(createApp(stripe)).post('/customer-session').set(fromAda).expect(200);
  expect(emulator.sessions.at(-1)).toMatchObject({ customer: 'cus_Ada', clientSecret: body.client_secret });
});
