import { createServer as createHttpServer, Agent as HttpAgent, type RequestListener } from 'node:http';
import { createServer as createTlsServer, Agent as TlsAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../certificate.js';

/** A server of its own in front of an app, on loopback, for as long as a scenario needs it. */
export interface LocalServer {
  readonly port: number;
  readonly tls: boolean;
  /** For those who ask it, so that a hundred requests are not a hundred handshakes. */
  readonly agent: HttpAgent;
  close(): void;
}

/** Over TLS with a certificate, over plain http without. */
export async function serveLocally(app: RequestListener, certificate?: Certificate): Promise<LocalServer> {
  const server = certificate ? createTlsServer(certificate, app) : createHttpServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const keepAlive = { keepAlive: true, maxSockets: 20 };
  // The certificate is this very process's.
  const agent = certificate
    ? new TlsAgent({ ...keepAlive, rejectUnauthorized: false })
    : new HttpAgent(keepAlive);
  return {
    agent,
    port: (server.address() as AddressInfo).port,
    tls: certificate !== undefined,
    close: () => {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
