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
    isGone: () => res !== undefined && (res.destroyed || res.socket?.destroyed === true),
    whenGone: (listener) => {
      res?.once('close', listener);
      return () => {
        res?.removeListener('close', listener);
      };
    },
  };
}
