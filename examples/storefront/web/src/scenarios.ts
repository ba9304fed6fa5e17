import { fetchCustomerSession } from 'express-stripe-customer-session/client';
import type { Sent } from './api.js';
import type { ShopSession } from './shop-session.js';

export interface Scenario {
  id: string;
  button: string;
  /** Needs a Stripe that misbehaves on demand. */
  emulator?: true;
  /** What the page does once the server is set up, and the sentence that it comes to. */
  act: (session: ShopSession, sent: Sent | null) => Promise<string>;
}

const PRESSES = 40;

export const SCENARIOS: readonly Scenario[] = [
  {
    id: 'cross-site',
    button: 'Another site posts here',
    act: async (_session, sent) =>
      `evil.example asked with your own cookie and got ${told(sent)}: the browser says where a request comes from, ` +
      'and the router believes no site but this one. Nobody was looked up, and Stripe was not asked.',
  },
  {
    id: 'plain-http',
    button: 'Plain http',
    act: async (_session, sent) =>
      `The same request without TLS got ${told(sent)}: a secret that others on the wire could read is never made.`,
  },
  {
    id: 'flood',
    button: `Press ${PRESSES} times`,
    act: async ({ url, restart }) => {
      const presses = Array.from({ length: PRESSES }, () => fetchCustomerSession(url));
      const answered = (await Promise.allSettled(presses)).filter(
        ({ status }) => status === 'fulfilled',
      ).length;
      await restart();
      return (
        `Of ${PRESSES} requests ${answered} were answered and ${PRESSES - answered} were refused with 429: one ` +
        'customer’s runaway tab cannot use up what Stripe allows the whole shop.'
      );
    },
  },
  {
    id: 'stripe-hangs',
    button: 'Stripe hangs',
    emulator: true,
    act: async ({ restart }) =>
      `Stripe said nothing. After five seconds the page stopped waiting (${await restart()}) and the buyer can pay ` +
      'with a new card: saved cards never hold up a sale.',
  },
  {
    id: 'wrong-customer',
    button: 'Stripe mixes up customers',
    emulator: true,
    act: async ({ restart }) =>
      `Stripe answered with somebody else’s session (${await restart()}). The router compared the customer and ` +
      'dropped the secret: nobody saw a stranger’s cards.',
  },
  {
    id: 'customer-deleted',
    button: 'The customer was deleted',
    emulator: true,
    act: async ({ restart }) =>
      `Stripe no longer knows the customer (${await restart()}). The router asked its host once more, then said so ` +
      'plainly, and the checkout goes on without saved cards.',
  },
];

function told(sent: Sent | null): string {
  return sent ? `${sent.status} ${sent.code}` : 'no answer';
}
