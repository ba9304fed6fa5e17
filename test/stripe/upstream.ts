import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createStripe } from '../../src/stripe/client.js';
import type { StripeConfig } from '../../src/stripe/client-config.js';
import { factsOf } from '../../src/stripe/transport/answer.js';
import { localCertificate } from '../support/certificate.js';
import { session } from '../support/fault-answers.js';

export interface Upstream {
  readonly server: Server;
  readonly port: number;
  /** In order of their handshakes. */
  readonly connections: TLSSocket[];
  /** Which of them resumed a TLS session. */
  readonly resumed: boolean[];
  readonly requests: IncomingMessage[];
  /** A client for it, without a spare connection unless asked for; closed with it. */
  client(config?: StripeConfig): ReturnType<typeof createStripe>;
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse, upstream: Upstream) => void;

const PATIENCE_MS = 50_000;

export const KEY = 'sk_test_emulator_transport';
export const PARAMS = { customer: 'cus_Ada', components: { payment_element: { enabled: true } } };

/** A whole good answer. */
export function answerWell(response: ServerResponse, headers: Record<string, string> = {}): void {
  const body = session('cus_Ada');
  response.writeHead(200, { 'Content-Type': 'application/json', 'Request-Id': 'req_good', ...headers });
  response.end(body);
}

/** A TLS server whose every answer the test writes. It keeps idle connections, and says nothing about for how long. */
export async function startUpstream(
  handler: Handler = (_request, response) => answerWell(response),
): Promise<Upstream> {
  const certificate = await localCertificate();
  const clients: ReturnType<typeof createStripe>[] = [];
  const server = createServer({ ...certificate, keepAliveTimeout: 0 }, (request, response) => {
    upstream.requests.push(request);
    request.resume();
    handler(request, response, upstream);
  });
  server.on('secureConnection', (socket) => {
    upstream.connections.push(socket);
    upstream.resumed.push(socket.isSessionReused());
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const upstream: Upstream = {
    server,
    port,
    connections: [],
    resumed: [],
    requests: [],
    client(config = {}) {
      const stripe = createStripe(KEY, {
        host: 'localhost',
        port,
        ca: certificate.cert,
        spareConnection: false,
        // A slow machine is no fault: what runs out of time is a test's own setting.
        timeout: PATIENCE_MS,
        attemptTimeoutMs: PATIENCE_MS,
        ...config,
      });
      clients.push(stripe);
      return stripe;
    },
    async close() {
      await Promise.all(clients.map((stripe) => stripe.close()));
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return upstream;
}

/** The requests that an answer took, as the transport counted them. */
export function attemptsOf({ lastResponse }: { lastResponse: object }): number | undefined {
  return factsOf(lastResponse)?.attempts;
}
