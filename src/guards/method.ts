import type { Request } from 'express';
import { CustomerSessionProblem } from '../core/problem.js';

/** H2: a session is created, so POST only; nothing else, OPTIONS and HEAD included, gets near a callback. */
export function requirePost(req: Pick<Request, 'method'>): CustomerSessionProblem | undefined {
  return req.method === 'POST' ? undefined : new CustomerSessionProblem('method_not_allowed');
}
