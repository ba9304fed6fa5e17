import { ApiError } from './errors.js';

/** The account that a request acts in, by `Stripe-Account` or `Stripe-Context`: `null` for the platform's own. */
export function accountOf(account: string | undefined, context: string | undefined): string | null {
  // A context is a path from the platform down; the last part is where the call acts
  // (https://docs.stripe.com/context).
  const fromContext = context?.split('/').at(-1);
  if (account && fromContext && account !== fromContext) {
    throw accountInvalid('Stripe-Account and Stripe-Context name different accounts.');
  }
  const id = account || fromContext;
  if (!id) return null;
  if (!/^acct_\w+$/.test(id))
    throw accountInvalid(`No such account, or no access to it: '${id.slice(0, 64)}'`);
  return id;
}

function accountInvalid(message: string): ApiError {
  return new ApiError(403, { type: 'invalid_request_error', code: 'account_invalid', message });
}
