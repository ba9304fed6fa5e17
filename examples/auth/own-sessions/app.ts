import { createHash, randomBytes } from 'node:crypto';
import express, { type Express, type Request } from 'express';
import { customerSessionRouter, savedPaymentMethods } from 'express-stripe-customer-session';
import type { Host } from '../support/example.js';
import { checkPassword, type User } from '../support/users.js';

const LIFETIME_MS = 8 * 3_600_000;

/** By the token's hash: who reads this table cannot sign in with what is in it. */
const sessions = new Map<string, { user: User; expiresAt: number }>();
const hash = (token: string) => createHash('sha256').update(token).digest('hex');

function signedInUser(req: Request): User | undefined {
  const token = /(?:^|;\s*)__Host-session=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1];
  const session = token === undefined ? undefined : sessions.get(hash(token));
  return session !== undefined && session.expiresAt > Date.now() ? session.user : undefined;
}

export function createApp({ stripe }: Host): Express {
  const app = express();

  app.use(
    '/customer-session',
    customerSessionRouter({
      authenticate: signedInUser,
      resolveCustomer: (user) => user.stripeCustomerId,
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe,
    }),
  );

  app.post('/login', express.urlencoded(), (req, res) => {
    const user = checkPassword(String(req.body?.email), String(req.body?.password));
    if (user === undefined) return res.sendStatus(401);
    const token = randomBytes(32).toString('base64url');
    sessions.set(hash(token), { user, expiresAt: Date.now() + LIFETIME_MS });
    res.cookie('__Host-session', token, {
      secure: true,
      httpOnly: true,
      sameSite: 'lax',
      maxAge: LIFETIME_MS,
    });
    return res.sendStatus(204);
  });
  return app;
}
