import type { RequestHandler } from 'express';

/** As a library for the PROXY protocol does: the socket says who is at its other end, the header `test-address`. */
export const comesFrom: RequestHandler = (req, _res, next) => {
  const address = req.get('test-address');
  if (address !== undefined) {
    Object.defineProperty(req.socket, 'remoteAddress', { value: address, configurable: true });
  }
  next();
};
