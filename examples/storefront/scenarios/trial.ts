import type { RequestListener } from 'node:http';
import express, { type RequestHandler } from 'express';
import { browserHeaders, type StripeEmulator } from 'express-stripe-customer-session/testing';
import type { Certificate } from '../certificate.js';
import { SCENARIO_HEADER } from '../timeline.js';
import type { UserName } from '../users.js';
import { Answer } from './answer.js';
import { type LocalServer, serveLocally } from './local-server.js';
import { send } from './send.js';

/** Somebody with the shop's session cookie. */
export interface Visitor {
  name: string;
  cookie: string;
}

export interface TrialParts {
  /** The app that has the route at `/customer-session`. */
  app: RequestListener;
  /** Where one signs in. */
  shop: RequestListener;
  certificate: Certificate;
  emulator: StripeEmulator | undefined;
  /** By which the timeline knows the scenario's requests. */
  scenario: string;
}

interface Asking {
  headers?: Record<string, string>;
  patienceMs?: number;
}

const SHOP_HOST = 'shop.harbour.example';
const PATIENCE_MS = 15_000;

/** One of the two routes, and what a scenario needs to try it: real servers, real requests, real answers. */
export class Trial {
  readonly certificate: Certificate;
  readonly #parts: TrialParts;
  readonly #servers: LocalServer[] = [];
  readonly #callsBefore: number;

  constructor(parts: TrialParts) {
    this.certificate = parts.certificate;
    this.#parts = parts;
    this.#callsBefore = this.#calls();
  }

  /** How many times Stripe was asked for a session since the trial was made; the emulator counts. */
  get stripeCalls(): number {
    return this.#calls() - this.#callsBefore;
  }

  /** The route over TLS, behind `before` where there is one. */
  open(before?: RequestHandler): Promise<LocalServer> {
    const { app, certificate } = this.#parts;
    if (before === undefined) return this.serve(app, certificate);
    const front = express().disable('x-powered-by');
    front.use(before, (req, res) => app(req, res));
    return this.serve(front, certificate);
  }

  /** The route without TLS. */
  openPlain(): Promise<LocalServer> {
    return this.serve(this.#parts.app);
  }

  /** A server of the scenario's own. */
  async serve(app: RequestListener, certificate?: Certificate): Promise<LocalServer> {
    const server = await serveLocally(app, certificate);
    this.#servers.push(server);
    return server;
  }

  async signIn(user: UserName): Promise<Visitor> {
    const { shop, certificate } = this.#parts;
    const { response } = await send(await this.serve(shop, certificate), {
      path: '/sign-in',
      headers: { host: SHOP_HOST, 'content-type': 'application/json' },
      body: JSON.stringify({ user }),
      patienceMs: PATIENCE_MS,
    });
    const cookie = response?.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    return { name: `${user.charAt(0).toUpperCase()}${user.slice(1)}`, cookie };
  }

  /** Asks for a session with a visitor's cookie and the headers of a page: of the shop's own, unless told otherwise. */
  async ask(server: LocalServer, { name, cookie }: Visitor, asking: Asking = {}): Promise<Answer> {
    const { headers = browserHeaders(`https://${SHOP_HOST}`), patienceMs = PATIENCE_MS } = asking;
    const startedAt = performance.now();
    const { response, body } = await send(server, {
      path: '/customer-session',
      headers: { host: SHOP_HOST, cookie, ...headers, [SCENARIO_HEADER]: this.#parts.scenario },
      patienceMs,
    });
    return new Answer({
      who: name,
      asked: [
        `POST ${server.tls ? 'https' : 'http'}://${SHOP_HOST}/customer-session`,
        ...Object.entries({ ...headers, cookie }).map(([header, value]) => `${header}: ${value}`),
      ],
      status: response?.statusCode ?? null,
      ms: performance.now() - startedAt,
      headers: response?.headers ?? {},
      body,
    });
  }

  /** What Stripe.js would show whoever has this secret. */
  cards(secret: string): string {
    const claim = this.#parts.emulator?.claim(secret);
    if (claim?.status !== 'claimed') return 'what is saved there';
    const cards = claim.paymentMethods.map(({ brand, last4 }) => `${brand} •••• ${last4}`);
    return cards.length === 0 ? 'no cards' : cards.join(', ');
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }

  #calls(): number {
    const requests = this.#parts.emulator?.requests ?? [];
    return requests.filter(({ route }) => route === 'POST /v1/customer_sessions').length;
  }
}
