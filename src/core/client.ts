import type { Socket } from 'node:net';
import type { Response } from 'express';

/** Whoever waits for the answer. */
export interface Client {
  /** Whether the connection is gone (H14). */
  readonly isGone: () => boolean;
  /** Calls `listener` when the connection goes; returns how to stop listening. */
  readonly whenGone: (listener: () => void) => () => void;
}

export function clientOf(res: Response | undefined): Client {
  return {
    isGone: () => res !== undefined && (res.destroyed || isClosed(res.socket)),
    whenGone: (listener) => {
      res?.once('close', listener);
      return () => {
        res?.removeListener('close', listener);
      };
    },
  };
}

// A connection that the caller has reset has no remote address any more, before Node.js tells of its end. A Unix socket
// has neither address.
function isClosed(socket: Socket | null | undefined): boolean {
  if (!socket) return false;
  return socket.destroyed || (socket.localAddress !== undefined && socket.remoteAddress === undefined);
}
