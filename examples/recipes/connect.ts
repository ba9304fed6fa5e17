import type { Request } from 'express';
import {
  type CustomerDirectory,
  type CustomerRef,
  type CustomerStore,
  customerDirectory,
  customerSessionRouter,
  type OwnStripe,
  savedPaymentMethods,
} from 'express-stripe-customer-session';

/** A buyer in one seller's shop. */
export interface Buyer {
  id: string;
  /** The seller's connected account, from your own record of the shop: never from the request. */
  account: string;
}

/**
 * Direct charges: each seller's account has its own customers. A buyer in two shops is two customers, each row in a
 * scope of its own.
 */
export function connectedCustomers(stripe: OwnStripe, store: CustomerStore, mode: 'live' | 'test') {
  const directories = new Map<string, CustomerDirectory<Buyer>>();

  function directoryOf(stripeAccount: string): CustomerDirectory<Buyer> {
    const known = directories.get(stripeAccount);
    if (known !== undefined) return known;
    const directory = customerDirectory<Buyer>({
      stripe: {
        customers: {
          create: (params: object, options: object) =>
            stripe.customers.create(params, { ...options, stripeAccount }),
          retrieve: (id: string, params: object, options: object) =>
            stripe.customers.retrieve(id, params, { ...options, stripeAccount }),
        },
      },
      store,
      scope: `${mode}:${stripeAccount}`,
      userId: (buyer) => buyer.id,
    });
    directories.set(stripeAccount, directory);
    return directory;
  }

  return async (buyer: Buyer, req: Request, missing?: string): Promise<CustomerRef> => ({
    customer: await directoryOf(buyer.account).resolve(buyer, req, missing),
    stripeAccount: buyer.account,
  });
}

export function connectRouter(
  stripe: OwnStripe,
  store: CustomerStore,
  buyerOf: (req: Request) => Promise<Buyer | undefined>,
) {
  return customerSessionRouter<Buyer>({
    authenticate: buyerOf,
    resolveCustomer: connectedCustomers(stripe, store, 'test'),
    components: savedPaymentMethods({ save: 'on_session' }),
    stripe,
  });
}
