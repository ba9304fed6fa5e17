import cors from 'cors';
import express, { type Express } from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import { customerSessionRouter, savedPaymentMethods } from 'express-stripe-customer-session';
import type { Host } from '../support/example.js';
import { customerOf } from '../support/users.js';
import { startIssuer } from './issuer.js';

/** The page that calls this API lives at another origin. */
export const SPA = 'https://app.shop.example';

export const issuer = await startIssuer();

export function createApp({ stripe }: Host): Express {
  const app = express();
  const issuerBaseURL = issuer.url;
  const audience = issuer.audience;

  const crossOrigin = cors({
    origin: SPA,
    methods: 'POST',
    allowedHeaders: 'authorization',
    exposedHeaders: 'retry-after',
    maxAge: 3600,
  });

  app.use(
    '/customer-session',
    crossOrigin,
    auth({ issuerBaseURL, audience, authRequired: false }),
    customerSessionRouter({
      authenticate: (req) => req.auth,
      resolveCustomer: ({ payload }) => customerOf(payload.sub),
      components: savedPaymentMethods({ save: 'on_session' }),
      allowedOrigins: [SPA],
      stripe,
    }),
  );
  return app;
}
