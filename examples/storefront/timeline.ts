import type { Request, RequestHandler, Response } from 'express';
import type { CustomerSessionEvent } from 'express-stripe-customer-session';

/** One thing that happened on a request's way, `at` milliseconds after it arrived. */
export interface Step {
  at: number;
  /** How long it took, in milliseconds, where that says something. */
  ms?: number;
  what: string;
  detail?: string;
  refused?: true;
}

/** One request for a session as the page draws it. No secret, no cookie: they never come near it. */
export interface Entry {
  id: number;
  time: string;
  asked: string;
  status: number;
  outcome: string;
  ms: number;
  steps: Step[];
  headers: [name: string, value: string][];
}

interface Way {
  startedAt: number;
  steps: Step[];
  event?: CustomerSessionEvent;
}

const HEADERS_THAT_MATTER = [
  'cache-control',
  'vary',
  'content-type',
  'content-security-policy',
  'cross-origin-resource-policy',
  'ratelimit',
  'retry-after',
  'allow',
];
const KEPT = 12;

/** Draws the way of each request for the page, over server-sent events, from what the router tells its host. */
export class Timeline {
  readonly #ways = new WeakMap<Request, Way>();
  readonly #readers = new Set<Response>();
  #entries: Entry[] = [];
  #lastId = 0;

  /** Goes in front of the router. */
  readonly record: RequestHandler = (req, res, next) => {
    const site = req.get('sec-fetch-site') ?? 'no word';
    const arrived = {
      at: 0,
      what: 'Arrived',
      detail: `from ${req.get('origin') ?? 'nowhere'} (${site})`,
    };
    this.#ways.set(req, { startedAt: performance.now(), steps: [arrived] });
    res.once('close', () => this.#finish(req, res));
    next();
  };

  /** The host's `authenticate`, watched. It is the router's first call, so the guards before it have passed. */
  authenticate<User>(authenticate: (req: Request) => User | undefined): (req: Request) => User | undefined {
    return (req) => {
      this.#step(req, { what: 'Guards passed', detail: 'POST, over TLS, from the shop’s own page' });
      const user = authenticate(req);
      if (user !== undefined) this.#step(req, { what: 'Signed in', detail: 'by the session cookie' });
      return user;
    };
  }

  /** The host's `resolveCustomer`, watched. */
  resolveCustomer<User, Ref>(
    resolve: (user: User, req: Request, missing?: string) => Promise<Ref>,
  ): (user: User, req: Request, missing?: string) => Promise<Ref> {
    return async (user, req, missing) => {
      const startedAt = performance.now();
      const customer = await resolve(user, req, missing);
      this.#step(req, {
        what: missing === undefined ? 'Customer found' : 'Looked again: the customer is gone at Stripe',
        detail: typeof customer === 'string' ? customer : 'none',
        ms: performance.now() - startedAt,
      });
      return customer;
    };
  }

  /** The router's `onEvent`. */
  readonly onEvent = (event: CustomerSessionEvent, req: Request): void => {
    const way = this.#ways.get(req);
    if (way !== undefined) way.event = event;
  };

  /** `GET /demo/events`. */
  readonly stream: RequestHandler = (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    res.flushHeaders();
    for (const entry of this.#entries) send(res, entry);
    this.#readers.add(res);
    res.once('close', () => this.#readers.delete(res));
  };

  /** Ends the open streams, which a server that drains would wait for. */
  close(): void {
    for (const reader of this.#readers) reader.end();
  }

  #step(req: Request, step: Omit<Step, 'at'>): void {
    const way = this.#ways.get(req);
    if (way !== undefined) way.steps.push({ at: performance.now() - way.startedAt, ...step });
  }

  #finish(req: Request, res: Response): void {
    const way = this.#ways.get(req);
    if (way === undefined) return;
    const { event, steps, startedAt } = way;
    const ms = performance.now() - startedAt;
    const entry: Entry = {
      id: ++this.#lastId,
      time: new Date().toISOString(),
      asked: `${req.method} ${req.originalUrl}`,
      status: event?.status ?? res.statusCode,
      outcome: event?.outcome ?? 'unknown',
      ms: event?.ms ?? ms,
      steps: [...steps, ...stripeSteps(event, ms), answer(event, ms)],
      headers: HEADERS_THAT_MATTER.flatMap((name) => {
        const value = res.getHeader(name);
        return value === undefined ? [] : [[name, String(value)] as [string, string]];
      }),
    };
    this.#entries = [...this.#entries, entry].slice(-KEPT);
    for (const reader of this.#readers) send(reader, entry);
  }
}

function send(reader: Response, entry: Entry): void {
  reader.write(`id: ${entry.id}\ndata: ${JSON.stringify(entry)}\n\n`);
}

function stripeSteps(event: CustomerSessionEvent | undefined, at: number): Step[] {
  if (event?.stripeMs === undefined) return [];
  const { stripeMs, attempts = 1, stripeRequestId, stripeStatus } = event;
  const detail = [
    stripeStatus === undefined ? '' : `said ${stripeStatus}`,
    attempts > 1 ? `${attempts} attempts, one idempotency key` : '',
    stripeRequestId ?? '',
  ];
  return [
    { at, ms: stripeMs, what: 'Stripe asked', detail: detail.filter((part) => part !== '').join(', ') },
  ];
}

function answer(event: CustomerSessionEvent | undefined, at: number): Step {
  if (event?.outcome === 'issued')
    return { at, what: 'Session handed out', detail: 'checked, then sent once' };
  if (event?.outcome === 'client_closed') return { at, what: 'The page had gone', refused: true };
  return { at, what: 'Refused', detail: event?.outcome ?? 'unknown', refused: true };
}
