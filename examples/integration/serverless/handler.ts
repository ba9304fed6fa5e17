import express from 'express';
import {
  createStripe,
  customerSessionRouter,
  type StripeConfig,
  savedPaymentMethods,
} from 'express-stripe-customer-session';
import serverless from 'serverless-http';
import { signedInUser } from './sign-in.js';

/** Called once per instance: what it makes serves all its events. */
export function createHandler(key: string, target: StripeConfig = {}): serverless.Handler {
  const app = express();
  const stripe = createStripe(key, { spareConnection: false, ...target });

  app.use(
    '/customer-session',
    customerSessionRouter({
      stripe,
      authenticate: signedInUser,
      resolveCustomer: (user) => user.stripeCustomerId,
      components: savedPaymentMethods({ save: 'on_session' }),
      deadlineMs: 5_000,
    }),
  );

  return serverless(app);
}
