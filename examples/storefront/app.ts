import { randomBytes } from 'node:crypto';
import express, { type Express, type Request } from 'express';
import { MemoryStore } from 'express-rate-limit';
import session from 'express-session';
import {
  type CustomerDirectory,
  type CustomerSessionEvent,
  customerSessionRouter,
  savedPaymentMethods,
  stripeCspDirectives,
} from 'express-stripe-customer-session';
import helmet from 'helmet';
import { demoRoutes } from './guards.js';
import type { StripeConnection } from './stripe.js';
import type { Timeline } from './timeline.js';
import { isUserName, USERS, type User, type UserName, userNamed } from './users.js';

declare module 'express-session' {
  interface SessionData {
    user: UserName;
  }
}

export interface StorefrontParts {
  stripe: StripeConnection['stripe'];
  directory: CustomerDirectory<User>;
  onEvent: (event: CustomerSessionEvent, req: Request) => void;
  emulator: StripeConnection['emulator'];
  timeline: Timeline;
  page: express.RequestHandler;
}

/** The shop: sign-in by cookie, and the router where a front end asks for its secret. */
export function createStorefront(parts: StorefrontParts): Express {
  const { stripe, directory, onEvent, emulator, timeline, page } = parts;
  const app = express();
  const userOf = (req: Request) => userNamed(req.session.user);
  const limits = new MemoryStore();
  app.disable('x-powered-by');
  app.use(
    helmet({
      contentSecurityPolicy: { directives: contentSecurityPolicy() },
      // A browser would keep every other port of localhost to https for a year. On a domain of yours, leave it on.
      strictTransportSecurity: false,
    }),
  );
  app.use(
    session({
      name: '__Host-storefront',
      // A restart signs everybody out, which a demo may do.
      secret: randomBytes(32).toString('hex'),
      resave: false,
      saveUninitialized: false,
      cookie: { secure: true, httpOnly: true, sameSite: 'lax', path: '/' },
    }),
  );

  app.use(
    '/customer-session',
    timeline.record,
    customerSessionRouter({
      authenticate: timeline.authenticate(userOf),
      resolveCustomer: timeline.resolveCustomer(directory.resolve),
      rateLimit: { store: limits },
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe,
      onEvent,
    }),
  );

  app.post('/sign-in', express.urlencoded({ extended: false }), express.json(), signIn);
  app.post('/sign-out', signOut);
  app.use(
    demoRoutes({
      timeline,
      userOf,
      emulator,
      publishableKey: process.env.STRIPE_PUBLISHABLE_KEY,
      forgetLimits: () => limits.resetAll(),
    }),
  );
  app.use(page);
  return app;
}

// Stripe.js and the shop's own files, nothing else: no inline script, no other site's frame around it.
function contentSecurityPolicy(): Record<string, string[]> {
  const stripe = stripeCspDirectives();
  return {
    defaultSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    objectSrc: ["'none'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    fontSrc: ["'self'"],
    ...stripe,
  };
}

const signIn: express.RequestHandler = (req, res, next) => {
  const user: unknown = (req.body as { user?: unknown } | undefined)?.user;
  if (!isUserName(user)) {
    res.status(400).json({ error: `Send the field "user", one of ${USERS.join(', ')}.` });
    return;
  }
  // A new session id for a new user: an id that was known before is worth nothing.
  req.session.regenerate((error: unknown) => {
    if (error) return next(error);
    if (user !== 'guest') req.session.user = user;
    res.json({ user: userNamed(user) ?? null });
  });
};

const signOut: express.RequestHandler = (req, res, next) => {
  req.session.destroy((error: unknown) => {
    if (error) return next(error);
    res.clearCookie('__Host-storefront', { secure: true, httpOnly: true, sameSite: 'lax', path: '/' });
    res.json({ user: null });
  });
};
