import { createCustomerSessionSource } from 'express-stripe-customer-session/client';

export const source = createCustomerSessionSource('/customer-session');
source.preload();

/** Your own route for the PaymentIntent, at the same time. */
export const intent = fetch('/payment-intent', { method: 'POST' });
