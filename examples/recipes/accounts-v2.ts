import type { Request } from 'express';
import {
  type CustomerDirectory,
  type CustomerStore,
  customerDirectory,
  customerSessionRouter,
  type OwnStripe,
  savedPaymentMethods,
} from 'express-stripe-customer-session';

export interface User {
  id: string;
  name: string;
  email: string;
}

type AccountParams = Parameters<OwnStripe['v2']['core']['accounts']['create']>[0];

/**
 * The user's account with the customer configuration (`acct_…`), found or created by the rules of the directory: it is
 * told to create accounts where it would create customers.
 */
export function accountsDirectory(
  stripe: OwnStripe,
  store: CustomerStore,
  scope: 'live' | 'test',
): CustomerDirectory<User> {
  return customerDirectory<User>({
    stripe: {
      customers: {
        create: (params: AccountParams, options: object) => stripe.v2.core.accounts.create(params, options),
      },
    },
    store,
    scope,
    userId: (user) => user.id,
    profile: (user): object => ({
      display_name: user.name,
      contact_email: user.email,
      configuration: { customer: {} },
    }),
  });
}

export function accountsRouter(
  stripe: OwnStripe,
  store: CustomerStore,
  signedInUser: (req: Request) => User | undefined,
) {
  return customerSessionRouter<User>({
    authenticate: signedInUser,
    resolveCustomer: accountsDirectory(stripe, store, 'test').resolve,
    components: savedPaymentMethods({ save: 'on_session' }),
    stripe,
  });
}
