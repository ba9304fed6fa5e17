import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';

export interface Loopback {
  readonly server: Server;
  readonly port: number;
  /** With every connection. */
  readonly close: () => void;
}

/** A plain HTTP server on this machine whose every answer the test writes. */
export async function startLoopback(listener: RequestListener): Promise<Loopback> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Looks names up without success, with these codes one after the other, and then finds this machine. */
export function failingLookup(...codes: unknown[]): LookupFunction {
  return (_hostname, options, callback) => {
    if (codes.length > 0) {
      callback(Object.assign(new Error('canary'), { code: codes.shift() }) as NodeJS.ErrnoException, '', 4);
    } else if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  };
}
