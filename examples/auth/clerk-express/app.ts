import { clerkMiddleware, getAuth } from '@clerk/express';
import express, { type Express } from 'express';
import { customerSessionRouter, savedPaymentMethods } from 'express-stripe-customer-session';
import type { Host } from '../support/example.js';
import { customerOf } from '../support/users.js';
import { startInstance } from './instance.js';

export const instance = await startInstance();

export function createApp({ origin, stripe }: Host): Express {
  const app = express();
  const { publishableKey, secretKey, jwtKey } = instance;
  const authorizedParties = [origin];

  app.use(clerkMiddleware({ publishableKey, secretKey, jwtKey, authorizedParties }));

  app.use(
    '/customer-session',
    customerSessionRouter({
      authenticate: (req) => getAuth(req).userId,
      resolveCustomer: (userId) => customerOf(userId),
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe,
    }),
  );
  return app;
}
