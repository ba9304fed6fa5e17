import type { Request } from 'express';
import { customerSessionRouter, type OwnStripe, savedPaymentMethods } from 'express-stripe-customer-session';
import { type UsersColumn, usersColumnStore } from './users-column.js';

export interface User {
  id: string;
  name: string;
  email: string;
}

/**
 * The user's account with the customer configuration (`acct_…`), found or created by the rules of the directory:
 * the own record first, one idempotency key per user, and whoever writes first wins.
 */
export function accountOf(stripe: OwnStripe, scope: string, column: UsersColumn) {
  const store = usersColumnStore(scope, column);

  return async (user: User): Promise<{ customerAccount: string }> => {
    const held = await store.get(scope, user.id);
    if (held) return { customerAccount: held };
    const account = await stripe.v2.core.accounts.create(
      { display_name: user.name, contact_email: user.email, configuration: { customer: {} } },
      { idempotencyKey: `account-of-${scope}-${user.id}` },
    );
    return { customerAccount: await store.claim(scope, user.id, account.id) };
  };
}

export function accountsRouter(
  stripe: OwnStripe,
  column: UsersColumn,
  signedInUser: (req: Request) => User | undefined,
) {
  return customerSessionRouter<User>({
    authenticate: signedInUser,
    resolveCustomer: accountOf(stripe, 'test', column),
    components: savedPaymentMethods({ save: 'on_session' }),
    stripe,
  });
}
