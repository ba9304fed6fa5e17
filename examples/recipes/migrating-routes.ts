import express, { type Express, type Request } from 'express';
import {
  type createStripe,
  customerSessionGuard,
  customerSessionIssuer,
  customerSessionRouter,
  mobilePaymentElement,
  savedPaymentMethods,
} from 'express-stripe-customer-session';

interface User {
  stripeCustomerId: string;
}

export interface Parts {
  stripe: ReturnType<typeof createStripe>;
  signedInUser: (req: Request) => User | undefined;
}

/** A route that makes the intent and the session, as guides have it. */
export function guideBefore({ stripe, signedInUser }: Parts): Express {
  const app = express();
  app.post('/create-intent', async (req, res) => {
    const customer = signedInUser(req)?.stripeCustomerId ?? '';
    const intent = await stripe.paymentIntents.create({ amount: 1999, currency: 'eur', customer });
    const session = await stripe.customerSessions.create({
      customer,
      components: { payment_element: { enabled: true } },
    });
    res.json({ client_secret: intent.client_secret, customer_session_client_secret: session.client_secret });
  });
  return app;
}

export function guideAfter({ stripe, signedInUser }: Parts): Express {
  const sessions = customerSessionIssuer<User>({
    stripe,
    resolveCustomer: (user) => user.stripeCustomerId,
    components: savedPaymentMethods({ save: 'on_session' }),
  });
  const app = express();
  app.set('etag', false);
  // Behind a proxy that ends TLS.
  app.set('trust proxy', 1);
  app.post('/create-intent', customerSessionGuard(), async (req, res) => {
    const user = signedInUser(req);
    if (user === undefined) return void res.sendStatus(401);
    const customer = user.stripeCustomerId;
    const intent = await stripe.paymentIntents.create({ amount: 1999, currency: 'eur', customer });
    const session = await sessions.issue(user, req).catch(() => null);
    res.json({ client_secret: intent.client_secret, customer_session: session?.toAnswer() ?? null });
  });
  return app;
}

/** A mobile backend that gives its app an ephemeral key. */
export function mobileBefore({ stripe, signedInUser }: Parts): Express {
  const app = express();
  app.post('/payment-sheet', async (req, res) => {
    const customer = signedInUser(req)?.stripeCustomerId ?? '';
    const key = await stripe.ephemeralKeys.create({ customer }, { apiVersion: '2025-01-27.acacia' });
    res.json({ customer, ephemeralKey: key.secret });
  });
  return app;
}

export function mobileAfter({ stripe, signedInUser }: Parts): Express {
  const app = express();
  app.set('trust proxy', 1);
  app.use(
    '/payment-sheet',
    customerSessionRouter({
      stripe,
      authenticate: signedInUser,
      resolveCustomer: (user) => user.stripeCustomerId,
      components: mobilePaymentElement(),
      format: 'mobile',
      allowNonBrowser: true,
    }),
  );
  return app;
}

/** A route of one's own for the session alone. */
export function ownRouteBefore({ stripe, signedInUser }: Parts): Express {
  const app = express();
  app.post('/customer-session', async (req, res) => {
    const user = signedInUser(req);
    if (user === undefined) return void res.sendStatus(401);
    const session = await stripe.customerSessions.create({
      customer: user.stripeCustomerId,
      components: { payment_element: { enabled: true, features: { payment_method_redisplay: 'enabled' } } },
    });
    res.json({ clientSecret: session.client_secret });
  });
  return app;
}

export function ownRouteAfter({ stripe, signedInUser }: Parts): Express {
  const app = express();
  app.set('trust proxy', 1);
  app.use(
    '/customer-session',
    customerSessionRouter({
      stripe,
      authenticate: signedInUser,
      resolveCustomer: (user) => user.stripeCustomerId,
      components: savedPaymentMethods({ save: false }),
    }),
  );
  return app;
}
