import type { Stripe, StripeElements, StripeElementsOptionsMode } from '@stripe/stripe-js';
import { fetchCustomerSession, toElementsOptions } from 'express-stripe-customer-session/client';

/** The Payment Element with the signed-in customer's saved payment methods. */
export async function createElements(
  stripe: Stripe,
  paymentOptions: StripeElementsOptionsMode,
): Promise<StripeElements> {
  const session = await fetchCustomerSession('/customer-session').catch(() => null); // then without saved cards
  const elements = stripe.elements({ ...paymentOptions, ...toElementsOptions(session) });
  return elements;
}
