import { randomUUID } from 'node:crypto';

/** What Stripe answers, as far as the router checks it: for this customer, in test mode, with a secret of its own. */
export function customerSession(customer: string): Record<string, string | number | boolean> {
  const created = Math.floor(Date.now() / 1000);
  return {
    object: 'customer_session',
    client_secret: `cuss_secret_${randomUUID()}`,
    customer,
    created,
    expires_at: created + 1800,
    livemode: false,
  };
}
