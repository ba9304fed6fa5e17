// Compiled inside a project without `esModuleInterop`: its types are as good there as anywhere, not `any`.
import { createStripe, customerSessionRouter, savedPaymentMethods } from 'express-stripe-customer-session';

const stripe = createStripe('sk_test_types');

export const email: Promise<string | null> = stripe.customers.retrieve('cus_1').then((customer) => {
  if (customer.deleted) return null;
  // @ts-expect-error no such member of a customer
  if (customer.emial) return '';
  return customer.email;
});

export const router = customerSessionRouter({
  stripe,
  components: savedPaymentMethods({ save: 'on_session' }),
  resolveCustomer: (_user, req) => {
    // @ts-expect-error no such member of a request
    if (req.cookeis) return null;
    return req.get('x-customer');
  },
});
