import type { Request } from 'express';
import {
  type CustomerDirectory,
  customerSessionRouter,
  type OwnStripe,
  pricingTable,
  savedPaymentMethods,
} from 'express-stripe-customer-session';

/** A user at work in one organisation; what the router takes for its user. */
export interface Member {
  userId: string;
  organisationId: string;
  role: 'owner' | 'billing' | 'member';
}

/** Your membership table. `undefined` where the user is no member (any more). */
export type FindMembership = (userId: string, organisationId: string) => Promise<Member | undefined>;

/** What the sign-in put into the session: never the body, the query or a header. */
export interface SignedIn {
  userId: string;
  activeOrganisationId: string;
}

const MAY_PAY = new Set<Member['role']>(['owner', 'billing']);

/** Your session: `(req) => req.session.signedIn`, or what a token says. */
export type SessionOf = (req: Request) => SignedIn | undefined;

/** Asked at each request: whoever left the company an hour ago still has a cookie. */
export function memberOf(sessionOf: SessionOf, findMembership: FindMembership) {
  return async (req: Request): Promise<Member | undefined> => {
    const session = sessionOf(req);
    if (session === undefined) return undefined;
    const member = await findMembership(session.userId, session.activeOrganisationId);
    return member !== undefined && MAY_PAY.has(member.role) ? member : undefined;
  };
}

/** The directory's `userId` and `profile` for organisations: the company has the customer, not its members. */
export const organisationDirectory = {
  // Users and organisations may share numbers; the prefix keeps them apart on one table.
  userId: (member: Member) => `organisation:${member.organisationId}`,
  profile: (member: Member) => ({ metadata: { organisation: member.organisationId } }),
};

export function organisationRouter(
  stripe: OwnStripe,
  directory: CustomerDirectory<Member>,
  authenticate: ReturnType<typeof memberOf>,
) {
  return customerSessionRouter<Member>({
    authenticate,
    resolveCustomer: directory.resolve,
    // Only an owner may take the company's card away.
    components: (member) => ({
      ...savedPaymentMethods({ save: 'on_session', remove: member.role === 'owner' }),
      ...pricingTable(),
    }),
    stripe,
    // One budget for all members, since they share the customer.
    rateLimit: { limit: 120 },
  });
}
