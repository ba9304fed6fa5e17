import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { localCertificate } from '../../support/certificate.js';
import type { TestHost } from '../../support/host.js';

export interface Passed {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface FrontSettings {
  /** What it does to an answer. */
  change?: (passed: Passed) => Passed;
  /** Whether it says of plain requests that they came by https. */
  lies?: boolean;
}

export interface Front {
  /** The address of the route as the outside knows it, under a name that is not this machine's. */
  url: string;
  close(): Promise<void>;
}

const TLS_HANDSHAKE = 0x16;

/** A proxy in front of a host on plain http, with TLS and without on one port. */
export async function startFront(
  host: TestHost,
  { change = (passed) => passed, lies = false }: FrontSettings = {},
): Promise<Front> {
  const serve =
    (proto: 'https' | 'http'): RequestListener =>
    (req, res) => {
      void pass(host, req, proto).then((passed) => answer(res, change(passed)));
    };
  const tls = createHttpsServer(await localCertificate(), serve('https'));
  const plain = createHttpServer(serve(lies ? 'https' : 'http'));
  const ports = { tls: await listen(tls), plain: await listen(plain) };
  const sockets = new Set<Socket>();
  const front = createServer((socket) => {
    socket.once('data', (first) => {
      const inner = connect(first[0] === TLS_HANDSHAKE ? ports.tls : ports.plain, '127.0.0.1');
      for (const end of [socket, inner]) sockets.add(end.on('error', () => undefined));
      inner.write(first);
      socket.pipe(inner).pipe(socket);
    });
  });
  const port = await listen(front);
  return {
    url: `https://shop.example:${port}${host.path}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      for (const server of [front, tls, plain]) await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function pass(host: TestHost, req: IncomingMessage, proto: string): Promise<Passed> {
  return new Promise((resolve, reject) => {
    const headers = { ...req.headers, 'x-forwarded-proto': proto };
    const target = new URL(req.url ?? '/', host.origin);
    const upstream = request(target, { method: req.method, headers }, (res) => {
      let body = '';
      res.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body }));
    });
    upstream.on('error', reject);
    req.pipe(upstream);
  });
}

function answer(res: ServerResponse, { status, headers, body }: Passed): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !['connection', 'transfer-encoding', 'keep-alive'].includes(name)) {
      res.setHeader(name, value);
    }
  }
  res.writeHead(status).end(body);
}
