import cors from 'cors';
import express, { type Express } from 'express';
import {
  customerSessionRouter,
  type StripeClient,
  savedPaymentMethods,
} from 'express-stripe-customer-session';

/** For a page that the same server, or a proxy in front of it, serves. */
export function createApp(stripe: StripeClient): Express {
  const app = express();
  const development = process.env.NODE_ENV === 'development';

  app.use(
    '/customer-session',
    customerSessionRouter({
      stripe,
      authenticate: () => ({ stripeCustomerId: 'cus_Ada' }),
      resolveCustomer: (user) => user.stripeCustomerId,
      components: savedPaymentMethods({ save: 'on_session' }),
      dangerouslyAllowHttpOnLocalhost: development,
    }),
  );
  return app;
}

/** For a page on a port of its own. */
export function createApi(stripe: StripeClient): Express {
  const app = express();
  const development = process.env.NODE_ENV === 'development';
  const page = development ? 'http://localhost:5173' : 'https://shop.example';

  app.use(
    '/customer-session',
    cors({ origin: page, credentials: true }),
    customerSessionRouter({
      stripe,
      authenticate: () => ({ stripeCustomerId: 'cus_Ada' }),
      resolveCustomer: (user) => user.stripeCustomerId,
      components: savedPaymentMethods({ save: 'on_session' }),
      allowedOrigins: [page],
      dangerouslyAllowHttpOnLocalhost: development,
    }),
  );
  return app;
}
