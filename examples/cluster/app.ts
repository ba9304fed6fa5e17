import express, { type Express } from 'express';
import {
  type CustomerDirectory,
  type CustomerSessionEvent,
  customerSessionRouter,
  type RateLimitOptions,
  type StripeClient,
  savedPaymentMethods,
} from 'express-stripe-customer-session';
import { signInByCookie, type User } from './sign-in.js';

export interface AppParts {
  /** How this process is called in answers. */
  name: string;
  stripe: StripeClient;
  directory: CustomerDirectory<User>;
  rateLimit: RateLimitOptions;
  cookieSecret: string;
  /** Whether new requests should be sent here. */
  isReady: () => boolean;
  onEvent: (event: CustomerSessionEvent) => void;
}

/** The application that each of the processes runs. */
export function createApp(parts: AppParts): Express {
  const { signIn, userOf } = signInByCookie(parts.cookieSecret);
  const app = express();
  app.disable('x-powered-by');
  // One proxy, which overwrites X-Forwarded-*: the last hop is to be believed, and no other.
  app.set('trust proxy', 1);

  // Liveness: this process runs. Nothing else, or a database that is down would have every process restarted.
  app.get('/healthz', (_req, res) => void res.json({ alive: true }));
  // Readiness: send requests here. Shared servers are left out here, too: they would take all processes out at once.
  app.get('/readyz', (_req, res) => {
    const ready = parts.isReady();
    res.status(ready ? 200 : 503).json({ ready });
  });

  app.use(
    '/customer-session',
    customerSessionRouter({
      authenticate: userOf,
      resolveCustomer: parts.directory.resolve,
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe: parts.stripe,
      rateLimit: parts.rateLimit,
      // For 200 requests a second in all, which is more than Stripe allows unasked (docs/operations.md).
      maxInFlight: 64,
      onEvent: parts.onEvent,
    }),
  );
  app.post('/sign-in', express.urlencoded({ extended: false }), signIn);
  app.get('/', (req, res) => void res.json({ user: userOf(req)?.name ?? null, servedBy: parts.name }));
  return app;
}
