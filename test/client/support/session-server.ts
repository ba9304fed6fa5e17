import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface SessionServer {
  readonly url: string;
  /** Every request that arrived, oldest first. */
  readonly requests: readonly { method: string; headers: IncomingMessage['headers']; ended: Promise<void> }[];
  /** The next requests get these answers in turn; the last one is repeated. */
  answer(...answers: Answer[]): void;
  close(): Promise<void>;
}

/** A local server that gives the answers that a test wrote down. */
export async function startSessionServer(): Promise<SessionServer> {
  const requests: SessionServer['requests'][number][] = [];
  let script: Answer[] = [session()];
  const server = createServer((request, response) => {
    const ended = new Promise<void>((resolve) => request.socket.once('close', resolve));
    requests.push({ method: request.method ?? '', headers: request.headers, ended });
    const [answer = session()] = script;
    if (script.length > 1) script = script.slice(1);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/customer-session`,
    requests,
    answer(...answers) {
      script = answers;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

let made = 0;

export interface SessionParts {
  secret?: string;
  lifeMs?: number;
  headers?: Record<string, string>;
}

/** 200 as the router's `format: 'web'` gives it, each time with another secret. */
export function session({ secret, lifeMs = 1_800_000, headers = {} }: SessionParts = {}): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
    const expires = Math.floor((Date.now() + lifeMs) / 1000);
    response.end(
      JSON.stringify({ client_secret: secret ?? `cuss_secret_fake_${++made}`, expires_at: expires }),
    );
  };
}

/** A refusal as the router writes it. */
export function problem(status: number, code: string, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
    const type = `urn:express-stripe-customer-session:problem:${code}`;
    response.end(JSON.stringify({ type, title: 'No session', status, code }));
  };
}

/** Any other answer. */
export function raw(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** Takes the request and says nothing. */
export const hang: Answer = () => {};

/** An answer that waits until the test lets it go. */
export function held(answer: Answer): { answer: Answer; release: () => void } {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    answer: (request, response) => void released.then(() => answer(request, response)),
    release,
  };
}
