import { randomBytes } from 'node:crypto';
import Credentials from '@auth/core/providers/credentials';
import { ExpressAuth, type ExpressAuthConfig, getSession } from '@auth/express';
import express, { type Express } from 'express';
import { customerSessionRouter, savedPaymentMethods } from 'express-stripe-customer-session';
import type { Host } from '../support/example.js';
import { checkPassword, customerOf } from '../support/users.js';

const config: ExpressAuthConfig = {
  secret: randomBytes(32).toString('hex'),
  trustHost: true,
  providers: [
    Credentials({
      credentials: { email: {}, password: { type: 'password' } },
      authorize: ({ email, password }) => checkPassword(String(email), String(password)) ?? null,
    }),
  ],
  callbacks: {
    session({ session, token }) {
      if (token.sub !== undefined) session.user.id = token.sub;
      return session;
    },
  },
};

export function createApp({ stripe }: Host): Express {
  const app = express();

  app.use(/^\/auth\/(.+)/, ExpressAuth(config));

  app.use(
    '/customer-session',
    customerSessionRouter({
      authenticate: async (req) => (await getSession(req, config))?.user,
      resolveCustomer: (user) => customerOf(user.id),
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe,
    }),
  );
  return app;
}
