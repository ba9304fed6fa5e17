import type { Request } from 'express';
import { Problem } from '../core/problem.js';

/** H2: a session is created, so POST only; nothing else, OPTIONS and HEAD included, gets near a callback. */
export function requirePost(req: Request): Problem | undefined {
  return req.method === 'POST'
    ? undefined
    : new Problem('method_not_allowed', { headers: { Allow: 'POST' } });
}
