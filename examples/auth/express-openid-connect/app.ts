import { randomBytes } from 'node:crypto';
import express, { type Express } from 'express';
import { auth } from 'express-openid-connect';
import { customerSessionRouter, savedPaymentMethods } from 'express-stripe-customer-session';
import type { Host } from '../support/example.js';
import { customerOf } from '../support/users.js';
import { startIssuer } from './issuer.js';

export const issuer = await startIssuer();

export function createApp({ origin, stripe }: Host): Express {
  const app = express();
  const { clientID, clientSecret } = issuer.register(`${origin}/callback`);
  const { url: issuerBaseURL } = issuer;
  const secret = randomBytes(32).toString('hex');
  const authorizationParams = { response_type: 'code' } as const;

  app.use(
    auth({
      authRequired: false,
      baseURL: origin,
      issuerBaseURL,
      clientID,
      clientSecret,
      authorizationParams,
      secret,
    }),
  );

  app.use(
    '/customer-session',
    customerSessionRouter({
      authenticate: (req) => req.oidc.idTokenClaims,
      resolveCustomer: (claims) => customerOf(claims.sub),
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe,
    }),
  );
  return app;
}
