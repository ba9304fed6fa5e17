import { Agent, type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { Socket } from 'node:net';
import { reasonOf, StripeTransportError, type TransportErrorCode } from './error.js';
import type { Connection, ConnectionPool } from './pool.js';

export interface Outgoing {
  readonly method: string;
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array;
}

export interface Incoming {
  readonly status: number;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
  /** `undefined`: longer than `LONGEST_BODY`, and not read. */
  readonly body: Buffer | undefined;
}

export interface Failure {
  readonly error: StripeTransportError;
  /** An idle connection broke before a byte came back: the server had most likely closed it already. */
  readonly wasDead: boolean;
}

export interface AttemptOptions {
  /** Take no idle connection. */
  readonly fresh: boolean;
  /** For connecting, sending and the whole answer together. */
  readonly timeoutMs: number;
}

/** Longer than any answer about one object (64 KiB). */
export const LONGEST_BODY = 65_536;

// Node's own agents speak to a request in the same way: `addRequest` is asked for a socket, `onSocket` gives it.
class HandOver extends Agent {
  addRequest(outgoing: ClientRequest, { handedSocket }: { handedSocket: Socket }): void {
    outgoing.onSocket(handedSocket);
  }
}

const handOver = new HandOver({ keepAlive: true });

/** One request and its whole answer. Never rejects. */
export function attempt(
  pool: ConnectionPool,
  outgoing: Outgoing,
  options: AttemptOptions,
): Promise<Incoming | Failure> {
  return new Promise((resolve) => {
    new Attempt(pool, outgoing, resolve).start(options);
  });
}

class Attempt {
  readonly #pool: ConnectionPool;
  readonly #outgoing: Outgoing;
  readonly #resolve: (outcome: Incoming | Failure) => void;
  #timer: NodeJS.Timeout | undefined;
  #stopWaiting: () => void = () => undefined;
  #request: ClientRequest | undefined;
  #heard = false;
  #complete = false;

  constructor(pool: ConnectionPool, outgoing: Outgoing, resolve: (outcome: Incoming | Failure) => void) {
    this.#pool = pool;
    this.#outgoing = outgoing;
    this.#resolve = resolve;
  }

  start({ fresh, timeoutMs }: AttemptOptions): void {
    this.#timer = setTimeout(() => {
      this.#stopWaiting();
      this.#fail('ETIMEDOUT', 'DEADLINE');
    }, timeoutMs);
    this.#stopWaiting = this.#pool.acquire(fresh, (connection, error) => {
      if (connection) this.#send(connection);
      else this.#failedToConnect(reasonOf(error));
    });
  }

  #send(connection: Connection): void {
    const { method, path, headers, body } = this.#outgoing;
    const options: RequestOptions & { handedSocket: Socket } = {
      method,
      path,
      headers,
      agent: handOver,
      handedSocket: connection.socket,
    };
    let outgoing: ClientRequest;
    try {
      outgoing = request(options);
    } catch (error) {
      this.#pool.release(connection, undefined);
      this.#fail('EREQUEST', reasonOf(error));
      return;
    }
    this.#request = outgoing;
    let keepAliveS: number | undefined;
    outgoing.on('response', (incoming) => {
      this.#heard = true;
      keepAliveS = keepAliveTimeout(incoming.rawHeaders);
      this.#read(incoming);
    });
    outgoing.on('error', (error) => this.#broke(error, connection));
    outgoing.on('close', () => {
      // Also the end of a 101 answer, which comes without 'response' and without 'error'.
      this.#broke(undefined, connection);
      if (this.#complete && outgoing.shouldKeepAlive) this.#pool.release(connection, keepAliveS);
      else connection.socket.destroy();
    });
    outgoing.end(body);
  }

  #read(incoming: IncomingMessage): void {
    const { rawHeaders: headers, statusCode: status = 0 } = incoming;
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= LONGEST_BODY) chunks.push(chunk);
      else this.#settle({ status, headers, body: undefined });
    });
    incoming.on('end', () => {
      // A body that the server cut short ends too.
      if (!incoming.complete) return;
      this.#complete = true;
      const [only] = chunks;
      this.#settle({
        status,
        headers,
        body: only && chunks.length === 1 ? only : Buffer.concat(chunks),
      });
    });
    // The request's 'close' follows, and tells.
    incoming.on('error', () => undefined);
  }

  #broke(error: Error | undefined, connection: Connection): void {
    const reason = error ? reasonOf(error) : 'ECONNRESET';
    const code = reason.startsWith('HPE_') ? 'EANSWER' : 'ECONN';
    this.#fail(code, reason, code === 'ECONN' && connection.reused && !this.#heard);
  }

  #failedToConnect(reason: string): void {
    this.#fail(reason === 'ETIMEDOUT' ? 'ETIMEDOUT' : 'ECONN', reason);
  }

  #fail(code: TransportErrorCode, reason: string, wasDead = false): void {
    if (this.#timer) this.#settle({ error: new StripeTransportError(code, reason), wasDead });
  }

  #settle(outcome: Incoming | Failure): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#complete) this.#request?.destroy();
    this.#resolve(outcome);
  }
}

// `Keep-Alive: timeout=5, max=100`, the seconds after which the server closes an idle connection.
function keepAliveTimeout(headers: readonly string[]): number | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() !== 'keep-alive') continue;
    const seconds = /(?:^|[,\s])timeout=(\d{1,9})/i.exec(headers[index + 1] ?? '')?.[1];
    return seconds === undefined ? undefined : Number(seconds);
  }
  return undefined;
}
