import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.js';
import { Api, type Received, readForm } from './api.js';
import { errorAnswer } from './errors.js';
import { type ActiveFault, distort, Faults } from './faults.js';
import { toPlain } from './form.js';
import { newId } from './ids.js';
import { isKnownKey, keyOf } from './keys.js';
import type { EmulatorConfig } from './options.js';
import { matchRoute, ROUTES } from './routes.js';
import type { EmulatorState } from './state.js';
import type { StripeEmulatorRequest } from './types.js';

// The version of the OpenAPI description that the emulator was written from; answered when none was asked for.
const API_VERSION = '2026-09-30.endive';

// Stripe's front end keeps idle connections for more than a minute.
const KEEP_ALIVE_MS = 75_000;

const MAX_BODY_BYTES = 1024 * 1024;

interface Exchange {
  readonly received: Received;
  readonly record: RequestRecord;
}

type RequestRecord = { -readonly [Key in keyof StripeEmulatorRequest]: StripeEmulatorRequest[Key] };

/** The listening half of the emulator: connections, the record of requests, and faults on the wire. */
export class EmulatorServer {
  readonly requests: RequestRecord[] = [];
  readonly faults = new Faults(ROUTES);
  readonly api: Api;
  readonly #closing = new AbortController();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly config: EmulatorConfig,
    state: EmulatorState,
  ) {
    // Each delayed request listens to it, and a load test delays many.
    setMaxListeners(0, this.#closing.signal);
    this.api = new Api(config, state, this.faults, (ms) => this.#pause(ms));
    const listener = (req: IncomingMessage, res: ServerResponse) => void this.#serve(req, res);
    const options = { keepAliveTimeout: KEEP_ALIVE_MS };
    this.#server = config.tls
      ? createTlsServer({ ...options, ...config.tls }, listener)
      : createServer(options, listener);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Resolves with the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      // Tests open hundreds of connections at once; the default backlog of 511 would drop some of them.
      const { port, host } = this.config;
      this.#server.listen({ port, host, backlog: 4096 }, () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        // A string is what a pipe has; this one listens on a port.
        resolve(typeof address === 'object' && address ? address.port : this.config.port);
      });
    });
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#closing.abort();
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
    return this.#closed;
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      const body = await readBody(req);
      if (body === undefined) return tooLarge(res);
      await this.#respond(this.#receive(req, body), res);
    } catch (error) {
      // A client that went away, or a closing emulator, leaves nobody to answer.
      if (res.destroyed || this.#closing.signal.aborted) return;
      write(res, brokenAnswer(error));
    }
  }

  async #respond({ received, record }: Exchange, res: ServerResponse): Promise<void> {
    const active = this.faults.take(received.route);
    if (active?.fault.reset === 'before') return void res.socket?.destroy();
    if (active?.fault.hang) return;
    const answer = distort(await this.api.answer(received, active), active);
    if (active?.fault.reset === 'after') return void res.socket?.destroy();
    record.status = answer.status;
    write(res, answer, { received, rawBody: active?.fault.rawBody });
  }

  #receive(req: IncomingMessage, body: string): Exchange {
    const { method = '', url: path = '' } = req;
    const header = (name: string) => [req.headers[name]].flat()[0];
    const match = matchRoute(method, path.split('?')[0] ?? '');
    const received: Received = { method, path, body, header, route: match?.route, id: match?.id ?? '' };
    const record: RequestRecord = {
      method,
      path,
      route: match?.route,
      headers: { ...req.headers },
      params: readable(received),
      idempotencyKey: header('idempotency-key'),
      account: header('stripe-account'),
      context: header('stripe-context'),
      status: undefined,
      at: this.config.now(),
    };
    // Someone's real key, sent here by mistake, must not end up in a test's output.
    if (req.headers.authorization && !isKnownKey(this.config, keyOf(req.headers.authorization))) {
      record.headers.authorization = '[not a key of the emulator]';
    }
    this.requests.push(record);
    return { received, record };
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#closing.signal });
  }
}

function readable(received: Received): Record<string, unknown> {
  try {
    return toPlain(readForm(received));
  } catch {
    return {};
  }
}

async function readBody(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(res: ServerResponse): void {
  const error = { type: 'invalid_request_error', message: 'The request body is too large.' };
  write(res, { status: 413, body: errorAnswer(error), requestId: newId('req_') });
}

// A defect of the emulator itself, or of a test's transform: said aloud rather than left hanging.
function brokenAnswer(error: unknown): Answer {
  const message = `The emulator failed: ${error instanceof Error ? error.message : String(error)}`;
  return { status: 500, body: errorAnswer({ type: 'api_error', message }), requestId: newId('req_') };
}

function write(
  res: ServerResponse,
  answer: Answer,
  { received, rawBody }: { received?: Received; rawBody?: ActiveFault['fault']['rawBody'] } = {},
): void {
  const body = Buffer.from(rawBody ?? JSON.stringify(answer.body, null, 2));
  const idempotencyKey = received?.method === 'POST' ? received.header('idempotency-key') : undefined;
  res.writeHead(answer.status, {
    'content-type': 'application/json',
    'content-length': String(body.length),
    'cache-control': 'no-cache, no-store',
    'request-id': answer.replayed ? newId('req_') : answer.requestId,
    'stripe-version': received?.header('stripe-version') ?? API_VERSION,
    ...(idempotencyKey ? { 'idempotency-key': idempotencyKey, 'original-request': answer.requestId } : {}),
    ...(answer.replayed ? { 'idempotent-replayed': 'true' } : {}),
    ...answer.headers,
  });
  res.end(body);
}
