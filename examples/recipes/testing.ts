import express from 'express';
import { createStripe, customerSessionRouter, savedPaymentMethods } from 'express-stripe-customer-session';
import { browserHeaders, startStripeEmulator } from 'express-stripe-customer-session/testing';
import request from 'supertest';

/** How a host's own suite asks its app for a session: the body of a test. */
export async function adaGetsASession(): Promise<Record<string, unknown>> {
  const emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });
  const stripe = createStripe(emulator.secretKey, emulator.stripeConfig);

  const app = express();
  // supertest speaks plain http to the app: say that a proxy in front of it ends TLS.
  app.set('trust proxy', 1);
  app.use(
    '/customer-session',
    customerSessionRouter({
      stripe,
      authenticate: () => ({ customer: 'cus_Ada' }),
      resolveCustomer: (user) => user.customer,
      components: savedPaymentMethods({ save: 'on_session' }),
    }),
  );

  const response = await request(app)
    .post('/customer-session')
    .set({ ...browserHeaders('https://shop.example'), 'x-forwarded-proto': 'https' })
    .expect(200);

  await stripe.close();
  await emulator.close();
  return response.body;
}
