import express, { type Express, type Request } from 'express';
import {
  type createStripe,
  customerSessionGuard,
  customerSessionIssuer,
  customerSessionRouter,
  savedPaymentMethods,
} from 'express-stripe-customer-session';

interface User {
  stripeCustomerId: string;
}

/** A checkout that makes the PaymentIntent and the session in one route, and a route for a session alone. */
export function checkoutApp(
  stripe: ReturnType<typeof createStripe>,
  signedInUser: (req: Request) => User | null,
): Express {
  const app = express();

  const sessions = customerSessionIssuer<User>({
    resolveCustomer: (user) => user.stripeCustomerId,
    components: savedPaymentMethods({ save: 'on_session' }),
    stripe,
  });

  app.use('/customer-session', customerSessionRouter({ issuer: sessions, authenticate: signedInUser }));

  app.post('/checkout', customerSessionGuard(), async (req, res) => {
    const user = signedInUser(req);
    if (user === null) {
      res.status(401).json({ error: 'Sign in first.' });
      return;
    }
    const [intent, session] = await Promise.all([
      stripe.paymentIntents.create({ amount: 4200, currency: 'eur', customer: user.stripeCustomerId }),
      sessions.issue(user, req).catch(() => null), // no session: a checkout without saved cards
    ]);
    res.json({ client_secret: intent.client_secret, customer_session: session?.toAnswer() ?? null });
  });

  return app;
}
