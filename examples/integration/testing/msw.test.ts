import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createStripe } from 'express-stripe-customer-session';
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import request from 'supertest';
import { createApp, fromAda } from './app.js';
import { customerSession } from './customer-session.js';

let calls = 0;
const server = setupServer(
  http.post('https://api.stripe.com/v1/customer_sessions', async ({ request: call }) => {
    calls += 1;
    const { customer = '' } = Object.fromEntries(new URLSearchParams(await call.text()));
    return HttpResponse.json(customerSession(customer));
  }),
);
before(() => server.listen({ onUnhandledRequest: 'bypass' }));
after(() => server.close());

it('gives a session of what msw answers', async () => {
  const stripe = createStripe('sk_test_123');
  await request(createApp(stripe)).post('/customer-session').set(fromAda).expect(200);
  assert.equal(calls, 1);
});
