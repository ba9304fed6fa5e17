import { randomBytes } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';

/** Better Auth over tables in memory; `stripeCustomerId` is a column of its users that only the server writes. */
export function createAuth(baseURL: string) {
  return betterAuth({
    baseURL,
    secret: randomBytes(32).toString('hex'),
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    emailAndPassword: { enabled: true },
    user: {
      additionalFields: { stripeCustomerId: { type: 'string', required: false, input: false } },
    },
  });
}
