import type { Behaviour } from './behaviour.js';
import { customers } from './customers.js';
import { errors } from './errors.js';
import { idempotency } from './idempotency.js';
import { sessions } from './sessions.js';

/** Everything that is compared, by subject. */
export const BEHAVIOURS: readonly (Behaviour & { readonly subject: string })[] = [
  ...sessions.map((behaviour) => ({ subject: 'customer sessions', ...behaviour })),
  ...customers.map((behaviour) => ({ subject: 'customers', ...behaviour })),
  ...idempotency.map((behaviour) => ({ subject: 'idempotency', ...behaviour })),
  ...errors.map((behaviour) => ({ subject: 'errors', ...behaviour })),
];
