import { createServer, type Server } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import fastifyHelmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import { serve as serveHono } from '@hono/node-server';
import express, { type Express } from 'express';
import { rateLimit } from 'express-rate-limit';
import fastify from 'fastify';
import helmet from 'helmet';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { rateLimiter as honoRateLimiter } from 'hono-rate-limiter';
import Stripe from 'stripe';

/** What every rival is told. All trust the same authority by NODE_EXTRA_CA_CERTS. */
export interface RivalStart {
  upstreamPort: number;
  /** Routes `/customer-session/0`, `/customer-session/1`, … each with a Stripe client of its own. */
  lanes?: number;
  /** Our router: open connections before listening. */
  warmUp?: boolean;
  /** Our router: no limit on open calls but the transport's own. */
  capsRaised?: boolean;
  /** Our transport: how many connections at most. Default: its own default. */
  maxSockets?: number;
}

export type StartRival = (start: RivalStart) => Promise<number>;

const KEY = 'sk_test_emulator_bench';
const CUSTOMER = 'cus_bench';
// What Stripe's guide passes, and what our preset `savedPaymentMethods({ save: 'on_session' })` stands for.
const COMPONENTS = {
  payment_element: {
    enabled: true,
    features: {
      payment_method_redisplay: 'enabled',
      payment_method_allow_redisplay_filters: ['always'],
      payment_method_save: 'enabled',
      payment_method_save_usage: 'off_session',
      payment_method_remove: 'disabled',
    },
  },
} as const satisfies Stripe.CustomerSessionCreateParams['components'];

type Built = typeof import('../src/index.js');

export const rivals: Record<string, StartRival> = {
  // https://docs.stripe.com/payments/save-customer-payment-methods, as it stands there.
  guide: (start) => listen(createServer(guideApp(start))),

  'guide + helmet + rate limit': (start) => {
    return listen(
      createServer(
        guideApp(start, (app) => {
          app.use(helmet());
          app.use(rateLimit({ windowMs: 60_000, limit: 1e9, validate: false }));
        }),
      ),
    );
  },

  // The same protection on other frameworks, by the plugins that their own documentation names.
  'fastify + helmet + rate limit': async ({ upstreamPort }) => {
    const stripe = plainStripe(upstreamPort);
    const app = fastify();
    await app.register(fastifyHelmet);
    await app.register(fastifyRateLimit, { timeWindow: 60_000, max: 1e9 });
    app.post('/customer-session', async () => {
      const session = await stripe.customerSessions.create({ customer: CUSTOMER, components: COMPONENTS });
      return { client_secret: session.client_secret };
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return portOf(app.server);
  },

  'hono + secure headers + rate limit': ({ upstreamPort }) => {
    const stripe = plainStripe(upstreamPort);
    const app = new Hono();
    app.use(secureHeaders());
    app.use(honoRateLimiter({ windowMs: 60_000, limit: 1e9, keyGenerator: () => 'one' }));
    app.post('/customer-session', async (context) => {
      const session = await stripe.customerSessions.create({ customer: CUSTOMER, components: COMPONENTS });
      return context.json({ client_secret: session.client_secret });
    });
    return new Promise((resolve) => {
      serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(port));
    });
  },

  // What is published, not the sources: `npm run build` first.
  router: async ({ upstreamPort, lanes = 0, warmUp = false, capsRaised = false, maxSockets = 256 }) => {
    const built = await importBuilt();
    const app = expressApp();
    const mount = async (at: string) => {
      const stripe = built.createStripe(KEY, { host: 'localhost', port: upstreamPort, maxSockets });
      app.use(at, routerOver(stripe, built, capsRaised));
      if (warmUp) await stripe.warmUp();
    };
    await mount('/customer-session');
    for (let lane = 0; lane < lanes; lane += 1) await mount(`/customer-session/${lane}`);
    app.get('/other', (_req, res) => {
      res.json({ fine: true });
    });
    return listen(createServer(app));
  },
};

// The paths are put together so that the types need no build.
const built = path.join(__dirname, '..', 'dist');

function importBuilt(): Promise<Built> {
  return import(path.join(built, 'index.js'));
}

function routerOver(
  stripe: Stripe,
  { customerSessionRouter, savedPaymentMethods }: Built,
  capsRaised = true,
) {
  return customerSessionRouter({
    authenticate: () => ({}),
    resolveCustomer: () => CUSTOMER,
    components: savedPaymentMethods({ save: 'on_session' }),
    rateLimit: { limit: 1_000_000 },
    stripe,
    ...(capsRaised ? { maxInFlight: 4096, maxWaiting: 0 } : {}),
  });
}

function expressApp(): Express {
  const app = express();
  app.set('trust proxy', 'loopback');
  return app;
}

function guideApp({ upstreamPort, lanes = 0 }: RivalStart, prepare?: (app: Express) => void): Express {
  const app = expressApp();
  prepare?.(app);
  const mount = (at: string, stripe: Stripe) => {
    app.post(at, async (_req, res) => {
      const session = await stripe.customerSessions.create({ customer: CUSTOMER, components: COMPONENTS });
      res.json({ client_secret: session.client_secret });
    });
  };
  mount('/customer-session', plainStripe(upstreamPort));
  for (let lane = 0; lane < lanes; lane += 1) {
    // stripe-node's default agent is one for the process; this one is made the same way.
    mount(`/customer-session/${lane}`, plainStripe(upstreamPort, new HttpsAgent({ keepAlive: true })));
  }
  app.get('/other', (_req, res) => {
    res.json({ fine: true });
  });
  return app;
}

function plainStripe(port: number, httpAgent?: HttpsAgent): Stripe {
  return new Stripe(KEY, { host: 'localhost', port, ...(httpAgent ? { httpAgent } : {}) });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, () => resolve(portOf(server)));
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
