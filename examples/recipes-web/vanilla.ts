import { loadStripe } from '@stripe/stripe-js';
import { createCustomerSessionSource, toElementsOptions } from 'express-stripe-customer-session/client';

const source = createCustomerSessionSource('/customer-session');
// Now, while Stripe.js loads.
source.preload();

/** Mounts the Payment Element into `place`; the function that comes back takes it away. */
export async function mountCheckout(place: HTMLElement): Promise<() => void> {
  const [stripe, session] = await Promise.all([loadStripe('pk_test_yours'), source.get()]);
  if (!stripe) return () => {};
  const elements = stripe.elements({
    mode: 'payment',
    amount: 3800,
    currency: 'eur',
    ...toElementsOptions(session),
  });
  const element = elements.create('payment');
  element.mount(place);
  return () => element.destroy();
}
