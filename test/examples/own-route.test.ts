import { createStripe } from 'express-stripe-customer-session';
import { browserHeaders, startStripeEmulator } from 'express-stripe-customer-session/testing';
import request from 'supertest';
import { checkoutApp } from '../../examples/recipes/own-route.js';

const ORIGIN = 'https://shop.example';
const HEADERS = { ...browserHeaders(ORIGIN), 'x-forwarded-proto': 'https' };

async function withCheckout(use: (post: (path: string, user?: string) => request.Test) => Promise<void>) {
  const emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });
  const stripe = createStripe(emulator.secretKey, emulator.stripeConfig);
  const app = checkoutApp(stripe, (req) =>
    req.get('x-user') === 'ada' ? { stripeCustomerId: 'cus_Ada' } : null,
  ).set('trust proxy', 'loopback');
  try {
    await use((path, user = 'ada') =>
      request(app)
        .post(path)
        .set({ ...HEADERS, 'x-user': user }),
    );
    return emulator.requests;
  } finally {
    await stripe.close();
    await emulator.close();
  }
}

it('makes a PaymentIntent and a session in one route, for the same customer', async () => {
  const requests = await withCheckout(async (post) => {
    const { body } = await post('/checkout').expect(200);
    expect(body).toEqual({
      client_secret: expect.stringMatching(/^pi_/),
      customer_session: { client_secret: expect.stringMatching(/^cuss_/), expires_at: expect.any(Number) },
    });
  });
  expect(requests.map(({ route, params }) => [route, params.customer]).sort()).toEqual([
    ['POST /v1/customer_sessions', 'cus_Ada'],
    ['POST /v1/payment_intents', 'cus_Ada'],
  ]);
});

it('shares the issuer with the route for a session alone', () =>
  withCheckout(async (post) => {
    const { body } = await post('/customer-session').expect(200);
    expect(Object.keys(body)).toEqual(['client_secret', 'expires_at']);
  }).then((requests) => expect(requests).toHaveLength(1)));

it('H4 H5 answers a foreign page 403 and a signed-out user 401, before Stripe is asked', () =>
  withCheckout(async (post) => {
    await post('/checkout').set('sec-fetch-site', 'cross-site').expect(403);
    await post('/checkout', 'nobody').expect(401);
    await post('/customer-session', 'nobody').expect(401);
  }).then((requests) => expect(requests).toHaveLength(0)));
