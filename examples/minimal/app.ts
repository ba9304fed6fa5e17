import express, { type Request } from 'express';
import { customerSessionRouter, savedPaymentMethods } from 'express-stripe-customer-session';

const app = express();

app.use(
  '/customer-session',
  customerSessionRouter({
    authenticate: (req) => signedInUser(req),
    resolveCustomer: (user) => user.stripeCustomerId,
    components: savedPaymentMethods({ save: 'on_session' }),
  }),
);

export { app };

// Your own sign-in goes here; with Passport, leave `authenticate` out and it is `req.user`.
function signedInUser(req: Request): { stripeCustomerId: string | null } | undefined {
  return users.get(req.get('authorization') ?? '');
}

const users = new Map([['Bearer ada', { stripeCustomerId: 'cus_Ada' }]]);
