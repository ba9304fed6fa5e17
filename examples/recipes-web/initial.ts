import {
  type CustomerSessionAnswer,
  type CustomerSessionSource,
  createCustomerSessionSource,
} from 'express-stripe-customer-session/client';

/** What the shop's own route answers: the intent's secret, and what `session.toAnswer()` gave, or `null`. */
interface CheckoutAnswer {
  client_secret: string;
  customer_session: CustomerSessionAnswer | null;
}

/** One request for the intent and the first session: the source asks only for later ones. */
export async function beginCheckout(): Promise<{ clientSecret: string; source: CustomerSessionSource }> {
  const response = await fetch('/checkout', { method: 'POST' });
  const { client_secret, customer_session }: CheckoutAnswer = await response.json();
  const source = createCustomerSessionSource('/customer-session', { initial: customer_session });
  return { clientSecret: client_secret, source };
}
