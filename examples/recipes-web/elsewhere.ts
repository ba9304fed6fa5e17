import {
  type CustomerSessionSource,
  createCustomerSessionSource,
} from 'express-stripe-customer-session/client';

/** The API at another origin, with an access token that the sign-in library keeps fresh. */
export const withToken = (getAccessToken: () => Promise<string>): CustomerSessionSource =>
  createCustomerSessionSource('https://api.shop.example/customer-session', {
    headers: async () => ({ authorization: `Bearer ${await getAccessToken()}` }),
  });

/** The API behind CSRF middleware. */
export const withCsrfToken = (csrfToken: string): CustomerSessionSource =>
  createCustomerSessionSource('/customer-session', { headers: () => ({ 'x-csrf-token': csrfToken }) });

/** The API on another port of localhost, with cookies. */
export const onAnotherPort = (): CustomerSessionSource =>
  createCustomerSessionSource('http://localhost:3000/customer-session', { credentials: 'include' });
