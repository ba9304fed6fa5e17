import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Listens where no request of a case belongs, and keeps what came. */
export interface Stray {
  /** Why it could not listen, in words. */
  readonly skipped: string | undefined;
  /** All bytes of all connections. */
  text(): string;
  connections(): number;
  close(): void;
}

/** On port 80 of this machine: where a request goes whose options say neither host nor port. */
export async function listenOnPort80(): Promise<Stray> {
  const chunks: Buffer[] = [];
  let connections = 0;
  const servers: Server[] = [];
  let skipped: string | undefined;
  for (const address of ['127.0.0.1', '::1']) {
    const server = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => chunks.push(chunk));
    });
    const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve);
      server.listen(80, address, () => resolve(undefined));
    });
    if (!problem) servers.push(server);
    // A machine without IPv6 has no second address.
    else if (address === '127.0.0.1') skipped = REASONS[problem.code ?? ''] ?? String(problem.code);
  }
  return {
    skipped,
    text: () => Buffer.concat(chunks).toString('latin1'),
    connections: () => connections,
    close: () => {
      for (const server of servers) server.close();
    },
  };
}

const REASONS: Record<string, string> = {
  EACCES: 'port 80 needs root',
  EADDRINUSE: 'port 80 is taken by another program',
};

/** A company's proxy: opens tunnels to this machine whatever the name, and keeps every byte that passes. */
export interface CompanyProxy {
  readonly port: number;
  /** The targets of CONNECT, one for each tunnel. */
  readonly tunnels: readonly string[];
  /** What came in, inside of tunnels and out of them. */
  text(): string;
  close(): void;
}

export async function startProxy(): Promise<CompanyProxy> {
  const tunnels: string[] = [];
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createHttpServer((_req, res) => res.writeHead(405).end());
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  });
  server.on('connect', (req: IncomingMessage, client: Socket) => {
    const target = req.url ?? '';
    tunnels.push(target);
    const upstream = connect(Number(target.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    sockets.add(upstream);
    for (const end of [client, upstream]) end.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    tunnels,
    text: () => Buffer.concat(chunks).toString('latin1'),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
