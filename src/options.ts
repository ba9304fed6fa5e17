import type { Request } from 'express';
import type { Store } from 'express-rate-limit';
import type { Components } from './components.js';
import type { CustomerSessionEvent } from './events.js';

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;

/**
 * Which Stripe customer a session is for: an id (`'cus_…'`, or an Accounts v2 `'acct_…'`), or an object that
 * names the kind of id and, on Connect, the account it lives in.
 */
export type CustomerRef =
  | string
  | ({ customer: string; customerAccount?: undefined } & ConnectScope)
  | ({ customerAccount: string; customer?: undefined } & ConnectScope);

/** On Connect: the account that a call acts for. `stripeContext` is Stripe's successor of `stripeAccount`. */
export interface ConnectScope {
  stripeContext?: string;
  stripeAccount?: string;
}

/** The part of a Stripe client that the router calls. */
export interface StripeClient {
  customerSessions: {
    // The host's client may be of any major version, whose parameter types differ.
    create(params: never, options?: never): Promise<object>;
  };
}

export type ResolveCustomer<User> = (
  user: User,
  req: Request,
  missing?: string,
) => Awaitable<CustomerRef | null | undefined>;

export interface RateLimitOptions {
  windowMs?: number;
  limit?: number;
  store?: Store;
  identifier?: string;
}

export interface CustomerSessionRouterOptions<User> {
  resolveCustomer: ResolveCustomer<User>;
  components: Components | ((user: User, req: Request) => Awaitable<Components>);
  authenticate?: (req: Request) => Awaitable<User | null | undefined>;
  stripe?: StripeClient;
  format?: 'web' | 'mobile' | 'billing-sdk';
  allowedOrigins?: readonly string[];
  allowNonBrowser?: boolean;
  rateLimit?: RateLimitOptions | false;
  deadlineMs?: number;
  maxInFlight?: number;
  maxWaiting?: number;
  livemode?: boolean;
  onEvent?: (event: CustomerSessionEvent, req: Request) => void;
  dangerouslyAllowHttpOnLocalhost?: boolean;
}
