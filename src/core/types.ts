import type { Request } from 'express';
import type { CustomerSession } from './customer-session.js';

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;

/**
 * Which Stripe customer a session is for: an id (`'cus_…'`, or an Accounts v2 `'acct_…'`), or an object that names the
 * kind of id and, on Connect, the account it lives in.
 */
export type CustomerRef =
  | string
  | ({
      /** `cus_…` */
      customer: string;
      /** Not beside `customer`. */
      customerAccount?: undefined;
    } & ConnectScope)
  | ({
      /** `acct_…`, of Accounts v2. */
      customerAccount: string;
      /** Not beside `customerAccount`. */
      customer?: undefined;
    } & ConnectScope);

/**
 * On Connect: the account that a call acts for; the PaymentIntent and Stripe.js must name the same one.
 * `stripeContext` is Stripe's successor of `stripeAccount`; give one of them.
 * @see https://docs.stripe.com/context
 */
export interface ConnectScope {
  /** Sent as `Stripe-Context`. */
  stripeContext?: string;
  /** Sent as `Stripe-Account`: `acct_…`. */
  stripeAccount?: string;
}

/** The part of a Stripe client that sessions are created with: stripe-node of any supported major, or a stand-in. */
export interface StripeClient {
  /** All that is asked of the client. */
  customerSessions: {
    /** `POST /v1/customer_sessions`. Its parameters are typed as `never`, since the majors declare them differently. */
    create(params: never, options?: never): Promise<object>;
  };
}

/** The user on a request where nothing says better: what the host's types declare as `req.user`. */
export type RequestUser = Request extends {
  /** What a sign-in library puts there. */
  user?: infer User;
}
  ? NonNullable<User>
  : {
      /** Where nothing declares `req.user`: the customer's id. */
      stripeCustomerId: string;
    };

/**
 * Maps the user to the customer. `null` means that this user has none (409 `no_customer`); a throw is a 500, but for a
 * `CustomerSessionProblem`, which is answered as it is. When Stripe says that the customer does not exist it is called
 * once more with that id in `missing`: another id is tried, the same one is answered with 409 `no_customer`.
 */
export type ResolveCustomer<User> = (
  user: User,
  req: Request,
  missing?: string,
) => Awaitable<CustomerRef | null | undefined>;

/** The members of an answer: the shape that the front end's SDK expects. */
export type AnswerFormat = 'web' | 'mobile' | 'billing-sdk';

/** Where one customer stands in the limit. */
export interface RateLimitState {
  /** The policy's name in the `RateLimit` headers. */
  readonly identifier: string;
  /** Requests allowed in a window. */
  readonly limit: number;
  /** The window, in whole seconds. */
  readonly windowS: number;
  /** Requests left in this window. */
  readonly remaining: number;
  /** Until the window ends, in whole seconds; at least 1. */
  readonly resetS: number;
}

/** Creates customer sessions inside your own routes, beside a PaymentIntent for example. */
export interface CustomerSessionIssuer<User = RequestUser> {
  /**
   * A session for the signed-in user, by the router's way from `resolveCustomer` on: deadline, limit, bounded calls, answer
   * check, one event.
   * @throws {CustomerSessionProblem} whatever goes wrong. A checkout goes on without saved cards: `.catch(() => null)`.
   */
  issue(user: User, req: Request): Promise<CustomerSession>;
}
