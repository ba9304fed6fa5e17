import express, { type Express } from 'express';
import {
  customerSessionRouter,
  type RateLimitOptions,
  type StripeClient,
  savedPaymentMethods,
} from 'express-stripe-customer-session';
import { browserHeaders } from 'express-stripe-customer-session/testing';

/** The app under test; `rateLimit: false` where all tests share one user. */
export function createApp(stripe: StripeClient, rateLimit: RateLimitOptions | false = {}): Express {
  const app = express();
  app.set('trust proxy', 1);
  app.use(
    '/customer-session',
    customerSessionRouter({
      stripe,
      authenticate: (req) => (req.get('x-user') === 'ada' ? { customer: 'cus_Ada' } : null),
      resolveCustomer: (user) => user.customer,
      components: savedPaymentMethods({ save: 'on_session' }),
      rateLimit,
    }),
  );
  return app;
}

/** What a page of the shop sends. supertest speaks plain http: the app is told that a proxy ended TLS. */
export const fromPage = { ...browserHeaders('https://shop.example'), 'x-forwarded-proto': 'https' };
export const fromAda = { ...fromPage, 'x-user': 'ada' };
