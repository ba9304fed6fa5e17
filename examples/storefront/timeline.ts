import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { Request, RequestHandler, Response } from 'express';
import type { CustomerSessionEvent } from 'express-stripe-customer-session';
import type { Entry, Header } from './shapes.js';
import { drawWay, type Seen } from './way.js';

interface Way {
  startedAt: number;
  seen: Seen;
  closed?: Response;
  event?: CustomerSessionEvent;
}

export interface Followed {
  /** The latest entry with this status. */
  entryWith: (status: number) => Promise<Entry | undefined>;
  stop: () => void;
}

/** With it a scenario's requests find their way back to the scenario, and stay out of the page's list. */
export const SCENARIO_HEADER = 'x-storefront-scenario';

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
const KEPT = 8;

/** Draws the way of each request for the page, over server-sent events, from what the router tells its host. */
export class Timeline {
  readonly #ways = new WeakMap<Request, Way>();
  readonly #readers = new Set<Response>();
  readonly #scenarios = new Map<string, (entry: Entry) => void>();
  #entries: Entry[] = [];
  #lastId = 0;
  #run = randomUUID();

  /** Another one after each start, and after each change of the page: open pages then load themselves anew. */
  get run(): string {
    return this.#run;
  }

  beginRun(): void {
    this.#run = randomUUID();
    for (const reader of this.#readers) reader.write(runMessage(this.#run));
  }

  /** Goes in front of the router. */
  readonly record: RequestHandler = (req, res, next) => {
    const detail = `from ${req.get('origin') ?? 'no origin'} (${req.get('sec-fetch-site') ?? 'no Sec-Fetch-Site'})`;
    this.#ways.set(req, { startedAt: performance.now(), seen: { Request: { detail } } });
    res.once('close', () => this.#note(req, { closed: res }));
    next();
  };

  /** The host's `authenticate`, watched. It is the router's first call, so the guards before it have passed. */
  authenticate<User>(authenticate: (req: Request) => User | undefined): (req: Request) => User | undefined {
    return (req) => {
      this.#see(req, 'POST, TLS, same origin', {});
      const user = authenticate(req);
      if (user !== undefined) this.#see(req, 'Signed in', { detail: 'by the session cookie' });
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
      const found = typeof customer === 'string' ? customer : 'none';
      this.#see(req, 'Customer', {
        detail: missing === undefined ? found : `Stripe does not know ${missing}; asked again: ${found}`,
        ms: performance.now() - startedAt,
      });
      return customer;
    };
  }

  /** The router's `onEvent`. */
  readonly onEvent = (event: CustomerSessionEvent, req: Request): void => this.#note(req, { event });

  /** `GET /demo/events`. */
  readonly stream: RequestHandler = (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    res.write(`retry: 500\n${runMessage(this.#run)}`);
    for (const entry of this.#entries) send(res, entry);
    this.#readers.add(res);
    res.once('close', () => this.#readers.delete(res));
  };

  /** Keeps the entries of a scenario's requests until it is told to stop. */
  follow(scenario: string): Followed {
    const entries = new EventEmitter();
    const byStatus = new Map<number, Entry>();
    this.#scenarios.set(scenario, (entry) => {
      byStatus.set(entry.status, entry);
      entries.emit(String(entry.status), entry);
    });
    return {
      // An answer is there before its connection is closed, and so before its entry.
      entryWith: async (status) =>
        byStatus.get(status) ??
        once(entries, String(status), { signal: AbortSignal.timeout(1_000) }).then(
          ([entry]: Entry[]) => entry,
          () => undefined,
        ),
      stop: () => this.#scenarios.delete(scenario),
    };
  }

  /** Ends the open streams, which a server that drains would wait for. */
  close(): void {
    for (const reader of this.#readers) reader.end();
  }

  #see(req: Request, stop: keyof Seen, what: Seen[keyof Seen]): void {
    const way = this.#ways.get(req);
    if (way !== undefined) way.seen[stop] = { at: performance.now() - way.startedAt, ...what };
  }

  // A buyer who leaves closes the answer before the router is done, so both are waited for.
  #note(req: Request, news: Pick<Way, 'closed'> | Pick<Way, 'event'>): void {
    const way = this.#ways.get(req);
    if (way === undefined) return;
    const { closed, event, seen } = Object.assign(way, news);
    if (closed === undefined || event === undefined) return;
    this.#ways.delete(req);
    const { status, outcome, ms } = event;
    const entry: Entry = {
      id: ++this.#lastId,
      time: new Date().toISOString(),
      asked: `${req.method} ${req.originalUrl}`,
      status,
      outcome,
      ms,
      way: drawWay(event, seen),
      headers: headersOf(closed),
    };
    const scenario = req.get(SCENARIO_HEADER);
    if (scenario !== undefined) this.#scenarios.get(scenario)?.(entry);
    else this.#show(entry);
  }

  #show(entry: Entry): void {
    this.#entries = [...this.#entries, entry].slice(-KEPT);
    for (const reader of this.#readers) send(reader, entry);
  }
}

function headersOf(res: Response): Header[] {
  return HEADERS_THAT_MATTER.flatMap((name) => {
    const value = res.getHeader(name);
    return value === undefined ? [] : [[name, String(value)] satisfies Header];
  });
}

function runMessage(run: string): string {
  return `event: run\ndata: ${run}\n\n`;
}

function send(reader: Response, entry: Entry): void {
  reader.write(`id: ${entry.id}\ndata: ${JSON.stringify(entry)}\n\n`);
}
