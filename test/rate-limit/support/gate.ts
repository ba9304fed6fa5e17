import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Gate {
  readonly port: number;
  /** Passes on what has come, and what comes. */
  open(): void;
  close(): Promise<void>;
}

/** A way to a server on which connections stand and nothing is answered until it is opened. */
export async function startGate(to: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  let waiting: Socket[] | undefined = [];
  const pass = (socket: Socket) => {
    const upstream = connect(to, '127.0.0.1');
    for (const [from, into] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(from.on('error', () => undefined).on('close', () => into.destroy()));
      from.pipe(into);
    }
  };
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket.on('error', () => undefined));
    if (waiting === undefined) pass(socket);
    else waiting.push(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    open() {
      for (const socket of waiting ?? []) pass(socket);
      waiting = undefined;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
