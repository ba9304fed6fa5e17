import { createServer, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Router } from 'express';
import type { StripeEmulator, StripeEmulatorFault } from 'express-stripe-customer-session/testing';
import type { Timeline } from './timeline.js';
import { USERS, type User } from './users.js';

export interface DemoParts {
  timeline: Timeline;
  userOf: (req: Request) => User | undefined;
  /** Without it, what needs a misbehaving Stripe is not offered. */
  emulator?: StripeEmulator | undefined;
  /** `pk_test_…`: with it the page mounts the real Payment Element. */
  publishableKey?: string | undefined;
  /** Empties the router's limiter, so that the page can be tried again at once. */
  forgetLimits?: (() => void | Promise<void>) | undefined;
}

/** What was sent to the router in a browser's stead, and what came back. */
interface Sent {
  status: number;
  code: string;
}

const CREATE_SESSION = 'POST /v1/customer_sessions';

const STRIPE_FAULTS: Record<string, (emulator: StripeEmulator) => StripeEmulatorFault> = {
  'stripe-hangs': () => ({ hang: true }),
  'wrong-customer': (emulator) => ({
    transform: (session) => ({ ...session, customer: emulator.addCustomer({ name: 'Somebody else' }).id }),
  }),
  'customer-deleted': () => ({
    status: 400,
    error: {
      type: 'invalid_request_error',
      code: 'resource_missing',
      param: 'customer',
      message: 'No such customer',
    },
  }),
};

/** `/demo/…`: what the storefront's page needs to show the guards at work. No part of a real shop. */
export function demoRoutes(parts: DemoParts): Router {
  const { timeline, emulator, userOf, publishableKey } = parts;
  const router = express.Router();

  router.get('/demo/state', (req, res) => {
    res.set('cache-control', 'no-store').json({
      user: userOf(req) ?? null,
      users: USERS,
      publishableKey: publishableKey ?? null,
      emulator: emulator !== undefined,
    });
  });

  router.get('/demo/events', timeline.stream);

  // Does for the drawing what Stripe.js does for the Payment Element: the secret is all it has.
  router.post('/demo/claim', express.json(), (req, res) => {
    const secret: unknown = (req.body as { clientSecret?: unknown } | undefined)?.clientSecret;
    const claim = typeof secret === 'string' ? emulator?.claim(secret) : undefined;
    const cards = claim?.status === 'claimed' ? claim.paymentMethods : [];
    res.set('cache-control', 'no-store').json({
      status: claim?.status ?? 'unknown',
      cards: cards.map(({ brand, last4, expMonth, expYear }) => ({ brand, last4, expMonth, expYear })),
    });
  });

  router.post('/demo/guard', express.json(), async (req, res) => {
    const scenario: unknown = (req.body as { scenario?: unknown } | undefined)?.scenario;
    const sent = await playScenario(String(scenario), req, parts);
    if (sent === undefined) res.status(400).json({ error: 'There is no such scenario here.' });
    else res.set('cache-control', 'no-store').json({ sent });
  });

  return router;
}

async function playScenario(
  scenario: string,
  req: Request,
  { emulator, forgetLimits }: DemoParts,
): Promise<Sent | null | undefined> {
  emulator?.setFault(CREATE_SESSION, undefined);
  switch (scenario) {
    case 'clear':
      await forgetLimits?.();
      return null;
    case 'flood':
      return null;
    case 'cross-site':
      return postFromEvil(req);
    case 'plain-http':
      return postWithoutTls(req);
    default: {
      const fault = STRIPE_FAULTS[scenario];
      if (fault === undefined || emulator === undefined) return undefined;
      emulator.setFault(CREATE_SESSION, fault(emulator));
      return null;
    }
  }
}

/** What a browser sends when a page of evil.example posts here, with the visitor's own cookie. */
function postFromEvil(req: Request): Promise<Sent> {
  return post(httpsRequest, {
    port: req.socket.localPort,
    // The certificate was made by this very process.
    rejectUnauthorized: false,
    headers: {
      host: req.get('host'),
      cookie: req.get('cookie'),
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
    },
  } as RequestOptions);
}

/** The same app for one request over a door without TLS, as behind a load balancer that was set up wrong. */
async function postWithoutTls(req: Request): Promise<Sent> {
  const door = createServer(req.app);
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const { port } = door.address() as AddressInfo;
  try {
    return await post(httpRequest, {
      port,
      headers: { host: `localhost:${port}`, origin: `http://localhost:${port}` },
    });
  } finally {
    door.closeAllConnections();
    door.close();
  }
}

function post(send: typeof httpRequest | typeof httpsRequest, options: RequestOptions): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = send(
      { host: '127.0.0.1', path: '/customer-session', method: 'POST', ...options },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, code: /"code":"(\w+)"/.exec(text)?.[1] ?? 'none' });
        });
      },
    );
    request.on('error', reject);
    request.end();
  });
}
