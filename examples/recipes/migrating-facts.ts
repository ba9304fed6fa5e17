import type { OwnStripe } from 'express-stripe-customer-session';
import type { CustomerFacts } from './migrating.js';

/** The facts from Stripe, three reads for a customer: stay well below your limit of requests. */
export function factsFromStripe(stripe: OwnStripe) {
  return async (customerId: string): Promise<CustomerFacts> => {
    const customer = await stripe.customers.retrieve(customerId);
    if (customer.deleted)
      return { deleted: true, activeSubscriptions: 0, savedPaymentMethods: 0, created: 0 };
    const [subscriptions, methods] = await Promise.all([
      stripe.subscriptions.list({ customer: customerId, status: 'active', limit: 5 }),
      stripe.customers.listPaymentMethods(customerId, { limit: 5 }),
    ]);
    return {
      deleted: false,
      activeSubscriptions: subscriptions.data.length,
      savedPaymentMethods: methods.data.length,
      created: customer.created,
    };
  };
}
