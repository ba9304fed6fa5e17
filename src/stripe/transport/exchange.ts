// Looked up at each call, so that an agent or a mock that replaces `request` is used.
import http, { type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { type CertificateAuthorities, trust } from './agent.js';
import { reasonOf, StripeTransportError } from './error.js';

/** One request, written out. */
export interface Outgoing {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string | number | string[]>;
  readonly body: string | Uint8Array;
}

export interface ExchangeOptions {
  readonly agent: Agent;
  readonly ca: CertificateAuthorities | undefined;
  /** For connecting, sending and the whole answer together, in ms. */
  readonly timeoutMs: number;
}

/** How an exchange failed. */
export interface Failure {
  readonly error: StripeTransportError;
  /** The request, to see which connection it went over. */
  readonly request: ClientRequest | undefined;
}

/** Sends the request. Resolves with the head of the answer, or with how it failed; never rejects. */
export function exchange(outgoing: Outgoing, options: ExchangeOptions): Promise<Answer | Failure> {
  return new Promise((resolve) => {
    let request: ClientRequest;
    try {
      request = open(outgoing, options);
    } catch (error) {
      resolve({ error: new StripeTransportError('EREQUEST', reasonOf(error)), request: undefined });
      return;
    }
    let answer: Answer | undefined;
    const fail = (error: StripeTransportError) => {
      clearTimeout(timer);
      if (answer === undefined) resolve({ error, request });
      else answer.fail(error);
      request.destroy();
    };
    const timer = setTimeout(
      () => fail(new StripeTransportError('ETIMEDOUT', 'DEADLINE')),
      options.timeoutMs,
    );
    request.on('error', (error) => fail(errorOf(error)));
    request.on('upgrade', () => fail(new StripeTransportError('EANSWER', 'UPGRADE')));
    request.on('response', (incoming) => {
      answer = new Answer(request, incoming, () => clearTimeout(timer));
      resolve(answer);
    });
    request.end(outgoing.body);
  });
}

/** The head of an answer, and its body while it comes. One of `body`, `stream` and `discard` is to be called. */
export class Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly request: ClientRequest;
  readonly #incoming: IncomingMessage;
  readonly #stopTimer: () => void;
  #failure: StripeTransportError | undefined;
  #failed: ((error: StripeTransportError) => void) | undefined;

  constructor(request: ClientRequest, incoming: IncomingMessage, stopTimer: () => void) {
    this.request = request;
    this.status = incoming.statusCode ?? 0;
    this.headers = incoming.headers;
    this.#incoming = incoming;
    this.#stopTimer = stopTimer;
    // Whoever reads the body is told; before that nobody listens.
    incoming.on('error', (error) => this.fail(errorOf(error)));
  }

  /** The whole body. @throws {StripeTransportError} where it is longer than `mostBytes`, breaks off or takes too long */
  body(mostBytes: number): Promise<Buffer> {
    return new Promise<Buffer>((resolve, reject) => {
      this.#failed = reject;
      if (this.#failure !== undefined) return reject(this.#failure);
      const incoming = this.#incoming;
      const chunks: Buffer[] = [];
      let length = 0;
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length;
        chunks.push(chunk);
        if (length > mostBytes) {
          reject(new StripeTransportError('EANSWER', 'BODY_TOO_LONG'));
          this.discard();
        }
      });
      // Not the request's 'close', which interceptors emit early.
      incoming.on('end', () => resolve(Buffer.concat(chunks)));
      incoming.on('close', () => {
        if (!incoming.readableEnded) reject(new StripeTransportError('ECONN', 'ECONNRESET'));
      });
    }).finally(this.#stopTimer);
  }

  /** The body for whoever reads it as it comes, without our time-out. */
  stream(): IncomingMessage {
    this.#stopTimer();
    return this.#incoming;
  }

  /** Drops the answer and its connection. */
  discard(): void {
    this.#stopTimer();
    this.request.destroy();
  }

  fail(error: StripeTransportError): void {
    this.#failure ??= error;
    this.#failed?.(error);
  }
}

function open({ body: _body, ...target }: Outgoing, { agent, ca }: ExchangeOptions): ClientRequest {
  const { protocol, host, port, method, path, headers } = target;
  const options = { protocol: `${protocol}:`, host, port, method, path, headers, agent };
  return protocol === 'https' ? https.request({ ...options, ...trust(ca) }) : http.request(options);
}

function errorOf(error: unknown): StripeTransportError {
  const reason = reasonOf(error);
  return new StripeTransportError(reason.startsWith('HPE_') ? 'EANSWER' : 'ECONN', reason);
}
