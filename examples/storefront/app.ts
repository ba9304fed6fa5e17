import express, { type Express, type Request } from 'express';
import { MemoryStore } from 'express-rate-limit';
import {
  type CustomerDirectory,
  type CustomerSessionEvent,
  customerSessionRouter,
  savedPaymentMethods,
  stripeCspDirectives,
} from 'express-stripe-customer-session';
import helmet from 'helmet';
import Stripe from 'stripe';
import type { Certificate } from './certificate.js';
import { demoRoutes } from './demo.js';
import { naiveApp } from './naive.js';
import { ScenarioPlayer } from './scenarios/player.js';
import { beAdaAtFirst, sessions, signIn, userOf } from './sign-in.js';
import type { StripeConnection } from './stripe.js';
import type { Timeline } from './timeline.js';
import type { User } from './users.js';

export interface StorefrontParts {
  connection: StripeConnection;
  directory: CustomerDirectory<User>;
  onEvent: (event: CustomerSessionEvent, req: Request) => void;
  timeline: Timeline;
  certificate: Certificate;
  page: express.RequestHandler;
}

/** The shop: sign-in by cookie, and the router where a front end asks for its secret. */
export function createStorefront(parts: StorefrontParts): Express {
  const { connection, directory, onEvent, timeline, page } = parts;
  const { stripe, emulator, publishableKey } = connection;
  const app = express();
  const session = sessions();
  const limits = new MemoryStore();
  app.disable('x-powered-by');
  app.use(
    helmet({
      contentSecurityPolicy: { directives: contentSecurityPolicy() },
      // A browser would keep every other port of localhost to https for a year. On a domain of yours, leave it on.
      strictTransportSecurity: false,
    }),
  );
  app.use(session);

  app.use(
    '/customer-session',
    timeline.record,
    customerSessionRouter({
      authenticate: timeline.authenticate(userOf),
      resolveCustomer: timeline.resolveCustomer(directory.resolve),
      rateLimit: { store: limits },
      components: savedPaymentMethods({ save: 'on_session' }),
      // Shorter than the default of 8000, for those who watch.
      deadlineMs: 3_000,
      stripe,
      onEvent,
    }),
  );

  app.post('/sign-in', express.urlencoded({ extended: false }), express.json(), signIn);
  const player = new ScenarioPlayer({
    shop: app,
    naive: naiveOf(parts, session),
    certificate: parts.certificate,
    timeline,
    forgetLimits: () => limits.resetAll(),
  });
  app.use(demoRoutes({ timeline, player, userOf, emulator, publishableKey }));
  app.use(beAdaAtFirst, page);
  return app;
}

// Only beside the emulator, so that no secret of an account of yours goes through it.
function naiveOf({ connection: { emulator }, directory }: StorefrontParts, session: express.RequestHandler) {
  if (emulator === undefined) return undefined;
  const stripe = new Stripe(emulator.secretKey, emulator.stripeConfig);
  const customerOf = async (req: Request) => {
    const user = userOf(req);
    return user && directory.resolve(user);
  };
  return { app: naiveApp({ session, customerOf, stripe }), stripe, emulator };
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
