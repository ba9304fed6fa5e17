import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createStripe, customerSessionRouter, savedPaymentMethods } from 'express-stripe-customer-session';
import {
  browserHeaders,
  type StripeEmulator,
  startStripeEmulator,
} from 'express-stripe-customer-session/testing';
import request from 'supertest';
import * as csrfCsrf from './csrf-csrf.js';
import * as lusca from './lusca.js';

const FROM_PAGE = { ...browserHeaders('https://shop.example'), 'x-forwarded-proto': 'https' };

let emulator: StripeEmulator;
before(async () => {
  emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });
});
after(() => emulator.close());

const router = () =>
  customerSessionRouter({
    stripe: createStripe(emulator.secretKey, { ...emulator.stripeConfig, spareConnection: false }),
    authenticate: () => ({ customer: 'cus_Ada' }),
    resolveCustomer: (user) => user.customer,
    components: savedPaymentMethods({ save: 'on_session' }),
  });

for (const [name, { routerBefore, routerBehind }] of Object.entries({ lusca, 'csrf-csrf': csrfCsrf })) {
  describe(name, () => {
    it('H4: mounted before it, the router needs no token and refuses another site itself', async () => {
      const page = request(routerBefore(router()).set('trust proxy', 1));
      await page.post('/customer-session').set(FROM_PAGE).expect(200);
      const foreign = { ...FROM_PAGE, 'sec-fetch-site': 'cross-site' };
      const { body } = await page.post('/customer-session').set(foreign).expect(403);
      assert.equal(body.code, 'cross_origin');
      // The rest of the app is as protected as before.
      await page.post('/basket').set(FROM_PAGE).expect(403);
    });

    it('mounted behind it, the router is reached with the token in a header', async () => {
      const app = routerBehind(router()).set('trust proxy', 1);
      const page = await request(app).get('/csrf-token').set('x-forwarded-proto', 'https').expect(200);
      const fromPage = { ...FROM_PAGE, cookie: cookiesOf(page.headers) };
      await request(app).post('/customer-session').set(fromPage).expect(403);
      const headers = { ...fromPage, 'x-csrf-token': page.body.token };
      await request(app).post('/customer-session').set(headers).expect(200);
    });
  });
}

/** By hand: supertest's agent speaks http, and keeps back cookies that are for https only. */
function cookiesOf(headers: Record<string, unknown>): string {
  const lines = headers['set-cookie'];
  return Array.isArray(lines) ? lines.map((line) => String(line).split(';')[0]).join('; ') : '';
}
