import type { Request } from 'express';

/** How a request got past the guards: over TLS, or by the rule for localhost in development. */
type Passed = 'tls' | 'localhost';

const passed = new WeakMap<object, Passed>();

/** Notes that the guards let this request pass, for the issuer that its route may call. */
export function notePassed(req: Request, how: Passed): void {
  passed.set(req, how);
}

/** How it passed; `undefined` for a request that no guard of ours has seen. */
export function howPassed(req: Request): Passed | undefined {
  return passed.get(req);
}
