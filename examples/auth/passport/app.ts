import { randomBytes } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import { customerSessionRouter, savedPaymentMethods } from 'express-stripe-customer-session';
import passport from 'passport';
import { Strategy } from 'passport-local';
import type { Host } from '../support/example.js';
import { checkPassword, users } from '../support/users.js';

declare global {
  namespace Express {
    interface User {
      id: string;
      stripeCustomerId: string;
    }
  }
}

passport.use(
  new Strategy({ usernameField: 'email' }, (email, password, done) => {
    done(null, checkPassword(email, password) ?? false);
  }),
);
passport.serializeUser((user, done) => done(null, user.id));
passport.deserializeUser((id, done) => done(null, users.find((user) => user.id === id) ?? false));

export function createApp({ stripe }: Host): express.Express {
  const app = express();
  const secret = randomBytes(32).toString('hex');
  const cookie = { secure: true, httpOnly: true, sameSite: 'lax' } as const;

  app.use(session({ secret, cookie, resave: false, saveUninitialized: false }));
  app.use(passport.session());

  app.use(
    '/customer-session',
    customerSessionRouter({
      resolveCustomer: (user) => user.stripeCustomerId,
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe,
    }),
  );

  app.post('/login', express.urlencoded(), passport.authenticate('local'), (_req, res) => {
    res.sendStatus(204);
  });
  return app;
}
