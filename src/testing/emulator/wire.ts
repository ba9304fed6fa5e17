import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Answer } from './errors.js';
import { newId } from './ids.js';
import type { Received } from './request.js';

// The version of the OpenAPI description that the emulator was written from; answered when none was asked for.
const API_VERSION = '2026-09-30.endive';

/** An answer as it goes out, to whomever. */
export interface Message {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The bytes of an answer to a request; every answer of a POST echoes its `Idempotency-Key`. */
export function messageOf(
  answer: Answer,
  received: Pick<Received, 'method' | 'header'>,
  rawBody?: string,
): Message {
  const { method, header } = received;
  const body = Buffer.from(rawBody ?? JSON.stringify(answer.body, null, 2));
  const idempotencyKey = method === 'POST' ? header('idempotency-key') : undefined;
  return {
    status: answer.status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(body.length),
      'cache-control': 'no-cache, no-store',
      'request-id': answer.replayed ? newId('req_') : answer.requestId,
      'stripe-version': header('stripe-version') ?? API_VERSION,
      ...(idempotencyKey ? { 'idempotency-key': idempotencyKey, 'original-request': answer.requestId } : {}),
      ...(answer.replayed ? { 'idempotent-replayed': 'true' } : {}),
      ...answer.headers,
    },
    body,
  };
}

/** Sends an answer; `twice` sends its bytes once more, which a client that reads on takes for its next answer. */
export function send(res: ServerResponse, { status, headers, body }: Message, twice = false): void {
  const { socket } = res;
  if (twice) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
    res.once('finish', () => socket?.write(Buffer.concat([Buffer.from(head), body])));
  }
  res.writeHead(status, headers);
  res.end(body);
}
