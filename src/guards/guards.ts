import type { Request } from 'express';
import type { CustomerSessionProblem } from '../core/problem.js';
import { requirePost } from './method.js';
import { type OriginPolicy, requireSameOrigin } from './origin.js';
import { notePassed } from './passed.js';
import { requireTls, whyNotSecure } from './tls.js';

/** What the guards read. */
export type GuardPolicy = OriginPolicy;

/** H2, H3 and H4, in this order and before any callback of the host's. */
export function requestGuards(policy: GuardPolicy) {
  const guards = [requirePost, requireTls(policy), requireSameOrigin(policy)];

  return function passGuards(req: Request): CustomerSessionProblem | undefined {
    for (const guard of guards) {
      const refusal = guard(req);
      if (refusal !== undefined) return refusal;
    }
    notePassed(req, whyNotSecure(req, policy) === undefined ? 'tls' : 'localhost');
    return undefined;
  };
}
