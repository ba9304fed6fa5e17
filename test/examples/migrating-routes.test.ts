import type { Express, Request } from 'express';
import { createStripe } from 'express-stripe-customer-session';
import request from 'supertest';
import {
  guideAfter,
  mobileAfter,
  ownRouteAfter,
  type Parts,
} from '../../examples/recipes/migrating-routes.js';
import { browserHeaders, type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';

const PAGE = { ...browserHeaders('https://shop.example'), 'x-forwarded-proto': 'https' };
let emulator: StripeEmulator;
let parts: Parts;

beforeAll(async () => {
  emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });
  parts = {
    stripe: createStripe(emulator.secretKey, emulator.stripeConfig),
    signedInUser: (req: Request) =>
      req.get('x-user') === 'ada' ? { stripeCustomerId: 'cus_Ada' } : undefined,
  };
});
afterAll(async () => {
  await parts.stripe.close();
  await emulator.close();
});

async function ask(app: Express, path: string, headers: Record<string, string>) {
  const { status, body } = await request(app).post(path).set(headers);
  return { status, members: Object.keys(body).sort() };
}

test('the intent and the session come in one answer, and only to the own page of a signed-in user', async () => {
  const app = guideAfter(parts);
  expect(await ask(app, '/create-intent', { ...PAGE, 'x-user': 'ada' })).toEqual({
    status: 200,
    members: ['client_secret', 'customer_session'],
  });
  expect(await ask(app, '/create-intent', PAGE)).toMatchObject({ status: 401 });
  const foreign = { ...PAGE, 'sec-fetch-site': 'cross-site', 'x-user': 'ada' };
  expect(await ask(app, '/create-intent', foreign)).toMatchObject({ status: 403 });
});

test('an app with a bearer token gets what the mobile SDKs take', async () => {
  const app = { 'x-forwarded-proto': 'https', 'x-user': 'ada' };
  expect(await ask(mobileAfter(parts), '/payment-sheet', app)).toEqual({
    status: 200,
    members: ['clientSecret', 'customerId', 'expiresAt'],
  });
});

test("the router in place of a route of one's own", async () => {
  expect(await ask(ownRouteAfter(parts), '/customer-session', { ...PAGE, 'x-user': 'ada' })).toEqual({
    status: 200,
    members: ['client_secret', 'expires_at'],
  });
});
