import { once, setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isKnownKey, keyOf } from './access.js';
import { Api } from './api.js';
import { type Answer, ApiError, errorAnswer } from './errors.js';
import type { StripeEmulatorRequest } from './fault-types.js';
import { type ActiveFault, distort, Faults } from './faults.js';
import { plain } from './form.js';
import { newId } from './ids.js';
import type { EmulatorConfig } from './options.js';
import { type Received, receive } from './request.js';
import { ROUTES } from './routes.js';
import type { EmulatorState } from './state.js';
import { type Message, messageOf, send } from './wire.js';

// Stripe's front end keeps idle connections for more than a minute.
const KEEP_ALIVE_MS = 75_000;

const MAX_BODY_BYTES = 1024 * 1024;
const TOO_LARGE = 'The request body is too large.';

type RequestRecord = { -readonly [Key in keyof StripeEmulatorRequest]: StripeEmulatorRequest[Key] };

/** A request, what is shown of it, and where its answer goes. */
interface Exchange {
  readonly received: Received;
  readonly record: RequestRecord;
  readonly res: ServerResponse;
}

/** The listening half of the emulator: connections, the record of requests, and faults on the wire. */
export class EmulatorServer {
  readonly requests: RequestRecord[] = [];
  readonly faults = new Faults(ROUTES);
  readonly api: Api;
  readonly #closing = new AbortController();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** An answer that waits for the one it is to be swapped with. */
  #swapping: { exchange: Exchange; message: Message } | undefined;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly config: EmulatorConfig,
    state: EmulatorState,
  ) {
    // Each delayed request listens to it, and a load test delays many.
    setMaxListeners(0, this.#closing.signal);
    this.api = new Api(config, state, (ms) => this.#pause(ms));
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
  async listen(): Promise<number> {
    const { port, host } = this.config;
    // Tests open hundreds of connections at once; the default backlog of 511 would drop some of them.
    this.#server.listen({ port, host, backlog: 4096 });
    await once(this.#server, 'listening');
    const address = this.#server.address();
    // A string is what a pipe has; this one listens on a port.
    return typeof address === 'object' && address ? address.port : port;
  }

  /** Forgets requests, keys and faults; an answer that waits to be swapped is lost with its connection. */
  clear(): void {
    this.requests.length = 0;
    this.faults.clear();
    this.api.idempotency.clear();
    this.#swapping?.exchange.res.destroy();
    this.#swapping = undefined;
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
    const body = await readBody(req).catch(() => undefined);
    if (body === undefined) return void res.destroy();
    const received = receive(req, body);
    if (body === TOO_LARGE) return send(res, messageOf(failure(413, body), received));
    try {
      await this.#respond({ received, record: this.#record(req, received), res });
    } catch (error) {
      // A client that went away, or a closing emulator, leaves nobody to answer.
      if (res.destroyed || this.#closing.signal.aborted) return;
      // A defect of the emulator itself, or of a test's own function: said aloud rather than left hanging.
      const message = `The emulator failed: ${error instanceof Error ? error.message : String(error)}`;
      send(res, messageOf(failure(500, message), received));
    }
  }

  async #respond(exchange: Exchange): Promise<void> {
    const active = this.faults.take(exchange.record);
    const { hang, reset, answerDelayMs = 0 } = active.fault;
    if (reset === 'before') return void exchange.res.destroy();
    if (hang === true || hang === 'before') return;
    const answer = distort(await this.api.answer(exchange.received, active.fault), active);
    if (reset === 'after') return void exchange.res.destroy();
    if (hang === 'after') return;
    await this.#pause(answerDelayMs);
    this.#deliver(exchange, answer, active);
  }

  #deliver(exchange: Exchange, answer: Answer, { fault }: ActiveFault): void {
    const message = messageOf(answer, exchange.received, fault.rawBody);
    const other = this.#swapping;
    if (fault.mixUp !== 'swap') deliver(exchange, message, fault.mixUp === 'duplicate');
    else if (!other) this.#swapping = { exchange, message };
    else {
      this.#swapping = undefined;
      deliver(exchange, other.message);
      deliver(other.exchange, message);
    }
  }

  #record(req: IncomingMessage, { method, match, form, header }: Received): RequestRecord {
    const record: RequestRecord = {
      method,
      path: req.url ?? '',
      route: match?.route,
      headers: { ...req.headers },
      params: form instanceof ApiError ? {} : Object(plain(form)),
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
    return record;
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#closing.signal });
  }
}

function deliver({ record, res }: Exchange, message: Message, twice = false): void {
  record.status = message.status;
  send(res, message, twice);
}

function failure(status: number, message: string): Answer {
  const type = status < 500 ? 'invalid_request_error' : 'api_error';
  return { status, body: errorAnswer({ type, message }), requestId: newId('req_') };
}

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? TOO_LARGE : Buffer.concat(chunks).toString('utf8');
}
