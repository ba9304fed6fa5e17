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
  closed?: Response;
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
    res.once('close', () => {
      this.#note(req, { closed: res });
    });
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
      if (missing !== undefined)
        this.#step(req, { what: 'Stripe does not know it', detail: 'resource_missing' });
      const startedAt = performance.now();
      const customer = await resolve(user, req, missing);
      this.#step(req, {
        what: missing === undefined ? 'Customer found' : 'Host asked once more',
        detail: typeof customer === 'string' ? customer : 'none',
        ms: performance.now() - startedAt,
      });
      return customer;
    };
  }

  /** The router's `onEvent`. */
  readonly onEvent = (event: CustomerSessionEvent, req: Request): void => {
    this.#note(req, { event });
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

  // A buyer who leaves closes the answer before the router is done, so both are waited for.
  #note(req: Request, news: Pick<Way, 'closed'> | Pick<Way, 'event'>): void {
    const way = this.#ways.get(req);
    if (way === undefined) return;
    const { closed, event, steps } = Object.assign(way, news);
    if (closed === undefined || event === undefined) return;
    this.#ways.delete(req);
    const entry: Entry = {
      id: ++this.#lastId,
      time: new Date().toISOString(),
      asked: `${req.method} ${req.originalUrl}`,
      status: event.status,
      outcome: event.outcome,
      ms: event.ms,
      steps: [...steps, ...stripeSteps(event), answer(event)],
      headers: HEADERS_THAT_MATTER.flatMap((name) => {
        const value = closed.getHeader(name);
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

function stripeSteps({
  ms,
  stripeMs,
  attempts = 1,
  stripeRequestId,
  stripeStatus,
}: CustomerSessionEvent): Step[] {
  if (stripeMs === undefined) return [];
  const detail = [
    stripeStatus === undefined ? '' : `said ${stripeStatus}`,
    attempts > 1 ? `${attempts} attempts, one idempotency key` : '',
    stripeRequestId ?? '',
  ];
  return [
    { at: ms, ms: stripeMs, what: 'Stripe asked', detail: detail.filter((part) => part !== '').join(', ') },
  ];
}

function answer({ ms: at, outcome }: CustomerSessionEvent): Step {
  if (outcome === 'issued') return { at, what: 'Session handed out', detail: 'checked, then sent once' };
  if (outcome === 'client_closed')
    return { at, what: 'The page had gone', detail: 'nothing was sent', refused: true };
  return { at, what: 'Refused', detail: outcome, refused: true };
}
