import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import express, { type Express } from 'express';
import { customerSessionRouter, savedPaymentMethods } from 'express-stripe-customer-session';
import type { Host } from '../support/example.js';
import { users } from '../support/users.js';
import { createAuth } from './auth.js';

export async function createApp({ origin, stripe }: Host): Promise<Express> {
  const app = express();
  const auth = createAuth(origin);

  app.all('/api/auth/*splat', toNodeHandler(auth));

  app.use(
    '/customer-session',
    customerSessionRouter({
      authenticate: (req) => auth.api.getSession({ headers: fromNodeHeaders(req.headers) }),
      resolveCustomer: ({ user }) => user.stripeCustomerId,
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe,
    }),
  );

  const { internalAdapter } = await auth.$context;
  for (const { email, password, stripeCustomerId } of users) {
    const { user } = await auth.api.signUpEmail({ body: { name: email, email, password } });
    await internalAdapter.updateUser(user.id, { stripeCustomerId });
  }
  return app;
}
