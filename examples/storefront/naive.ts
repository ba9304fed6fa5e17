import express, { type Express, type Request, type RequestHandler } from 'express';
import type Stripe from 'stripe';

export interface NaiveParts {
  session: RequestHandler;
  /** The signed-in user's customer. */
  customerOf: (req: Request) => Promise<string | undefined>;
  stripe: Stripe;
}

/**
 * What the scenarios compare the router with, NOT FOR COPYING: the lines of Stripe's guide in a route behind a sign-in,
 * over a client with stripe-node's defaults. It is served on loopback alone, and only while a scenario is played.
 */
export function naiveApp({ session, customerOf, stripe }: NaiveParts): Express {
  const app = express();
  // Express then answers errors as in development, but does not print them: in this terminal they would be noise.
  app.set('env', 'test');
  app.use(session);
  app.post('/customer-session', async (req, res) => {
    const customer = await customerOf(req);
    if (customer === undefined) return void res.sendStatus(401);
    const customerSession = await stripe.customerSessions.create({
      customer,
      components: {
        payment_element: { enabled: true, features: { payment_method_redisplay: 'enabled' } },
      },
    });
    res.json({ client_secret: customerSession.client_secret });
  });
  return app;
}
