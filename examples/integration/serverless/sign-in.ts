import type { Request } from 'express';

/** Stands for your sign-in. */
export function signedInUser(req: Request): { stripeCustomerId: string } | undefined {
  return req.get('authorization') === 'Bearer ada' ? { stripeCustomerId: 'cus_Ada' } : undefined;
}
