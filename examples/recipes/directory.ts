import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import {
  CustomerSessionProblem,
  type createStripe,
  customerDirectory,
  customerSessionRouter,
  savedPaymentMethods,
} from 'express-stripe-customer-session';
import { postgresStore } from 'express-stripe-customer-session/postgres';
import { redisStore } from 'express-stripe-customer-session/redis';
import type { Pool } from 'pg';

export interface User {
  id: string;
  email: string;
}

export interface Parts {
  pool: Pool;
  stripe: ReturnType<typeof createStripe>;
  signedInUser: (req: Request) => User | undefined;
}

export function createApp({ pool, stripe, signedInUser }: Parts): Express {
  const directory = customerDirectory<User>({
    stripe,
    store: postgresStore(pool),
    userId: (user) => user.id,
    profile: (user) => ({ email: user.email }),
  });

  const app = express();
  app.use(
    '/customer-session',
    customerSessionRouter({
      authenticate: signedInUser,
      resolveCustomer: directory.resolve,
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe,
    }),
  );

  // The session and the intent must name the same customer: both ask the directory.
  app.post('/payment-intent', async (req, res) => {
    const user = signedInUser(req);
    if (user === undefined) return void res.status(401).end();
    const customer = await directory.resolve(user);
    const intent = await stripe.paymentIntents.create({ amount: 1999, currency: 'eur', customer });
    res.set('Cache-Control', 'no-store').json({ client_secret: intent.client_secret });
  });
  app.use(answerProblems);
  return app;
}

/** Behind the routes that ask the directory themselves. */
function answerProblems(error: unknown, _req: Request, res: Response, next: NextFunction): void {
  if (!(error instanceof CustomerSessionProblem)) {
    next(error);
    return;
  }
  const { status, code, retryAfterMs = 0 } = error;
  if (retryAfterMs > 0) res.set('Retry-After', String(Math.ceil(retryAfterMs / 1_000)));
  res.status(status).json({ code });
}

/** At start-up, where no migration makes the table. */
export async function prepareDatabase(pool: Pool): Promise<void> {
  await postgresStore(pool).ensureSchema();
}

/** The same over Redis, which then needs `appendonly yes` and `maxmemory-policy noeviction`. */
export function directoryOnRedis(
  stripe: ReturnType<typeof createStripe>,
  client: Parameters<typeof redisStore>[0],
) {
  const store = redisStore(client, { prefix: 'shop:customers:' });
  return customerDirectory<User>({ stripe, store, userId: (user) => user.id });
}
