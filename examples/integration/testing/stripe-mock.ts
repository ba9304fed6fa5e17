import { createStripe } from 'express-stripe-customer-session';

/** Stripe's own mock server: `docker run --rm -p 12111:12111 stripe/stripe-mock`. */
export function stripeMock(port = 12111): ReturnType<typeof createStripe> {
  return createStripe('sk_test_123', { protocol: 'http', host: 'localhost', port });
}
