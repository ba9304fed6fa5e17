import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { brotliDecompressSync, unzipSync } from 'node:zlib';
import type { Certificate } from '../../support/certificate.js';

/** Where the agents of a case send what they saw: takes everything, keeps its text. */
export interface Backend {
  readonly url: string;
  readonly tlsUrl: string;
  readonly received: ReadonlyArray<{ path: string; text: string }>;
  /** Resolves once a request's path has held `part`. */
  seen(part: string): Promise<void>;
  close(): void;
}

export async function startBackend(certificate: Certificate): Promise<Backend> {
  const received: { path: string; text: string }[] = [];
  const waiting: { part: string; done: () => void }[] = [];
  const take = (req: IncomingMessage, res: ServerResponse) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const path = req.url ?? '';
      received.push({ path, text: textOf(Buffer.concat(chunks), req.headers['content-encoding']) });
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify(answerTo(path, (https.address() as AddressInfo).port)));
      for (const { part, done } of waiting) if (path.includes(part)) done();
    });
  };
  const http = createHttpServer(take);
  const https = createHttpsServer(certificate, take);
  const portOf = async (server: Server) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  return {
    url: `http://127.0.0.1:${await portOf(http)}`,
    tlsUrl: `https://localhost:${await portOf(https)}`,
    received,
    seen: (part) =>
      new Promise((done) => {
        if (received.some(({ path }) => path.includes(part))) done();
        else waiting.push({ part, done });
      }),
    close() {
      for (const server of [http, https]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

// New Relic's agent begins to work once these two have been answered as its collector does; the others want any JSON.
function answerTo(path: string, port: number): object {
  if (path.includes('method=preconnect')) return { return_value: { redirect_host: `localhost:${port}` } };
  if (!path.includes('method=connect')) return { return_value: null };
  const account = { account_id: '1', primary_application_id: '1', trusted_account_key: '1' };
  return { return_value: { agent_run_id: 'run', ...account } };
}

function textOf(body: Buffer, encoding: string | undefined): string {
  if (encoding === 'br') return brotliDecompressSync(body).toString();
  return (encoding === 'gzip' || encoding === 'deflate' ? unzipSync(body) : body).toString();
}
