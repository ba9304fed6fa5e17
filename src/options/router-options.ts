import type { Request } from 'express';
import type { Store } from 'express-rate-limit';
import type { Components } from '../components/components.js';
import type { CustomerSessionEvent } from '../core/events.js';
import type { AnswerFormat } from '../core/problem.js';

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

/**
 * On Connect: the account that a call acts for; the PaymentIntent and Stripe.js must name the same one.
 * `stripeContext` is Stripe's successor of `stripeAccount`; give one of them.
 * @see https://docs.stripe.com/context
 */
export interface ConnectScope {
  stripeContext?: string;
  stripeAccount?: string;
}

/** The part of a Stripe client that the router calls: stripe-node of any supported major, or a stand-in. */
export interface StripeClient {
  customerSessions: {
    // The parameter types differ between the majors, and what is sent is validated at run time.
    create(params: never, options?: never): Promise<object>;
  };
}

/** The user on a request where nothing says better: what the host's types declare as `req.user`. */
export type RequestUser = Request extends { user?: infer User }
  ? NonNullable<User>
  : { stripeCustomerId: string };

/**
 * Maps the user to the customer. `null` means that this user has none (409 `no_customer`); a throw is a 500. When
 * Stripe says that the customer does not exist it is called once more with that id in `missing`: another id is
 * tried, the same one is answered with 409 `no_customer`. It may ignore the argument.
 */
export type ResolveCustomer<User> = (
  user: User,
  req: Request,
  missing?: string,
) => Awaitable<CustomerRef | null | undefined>;

/** The part of express-rate-limit's options that is the host's to choose. */
export interface RateLimitOptions {
  /** The window, in ms. @defaultValue 60000 */
  windowMs?: number;
  /** Requests per customer and window. @defaultValue 30 */
  limit?: number;
  /**
   * Where counts are kept. Several processes need a shared one: wrap it in `guardedStore`, or an outage of it is
   * an outage of this endpoint. @defaultValue memory of this process
   */
  store?: Store;
  /** The policy's name in the `RateLimit` headers. @defaultValue "customer-session" */
  identifier?: string;
}

/** Options of `customerSessionRouter`. All but `resolveCustomer` and `components` have safe defaults. */
export interface CustomerSessionRouterOptions<User> {
  /**
   * Maps the signed-in user to a Stripe customer. Required. Take the id from your own records of this user, never
   * from the request: whoever can choose the id sees that customer's cards.
   */
  resolveCustomer: ResolveCustomer<User>;
  /**
   * What the session lets the front end do: Stripe's `components` object, a preset such as
   * `savedPaymentMethods()`, or a function of the user. Required. An object is validated at start-up, a
   * function's answer at each request.
   * @see https://docs.stripe.com/api/customer_sessions/create
   */
  components: Components | ((user: User, req: Request) => Awaitable<Components>);
  /** Says who is signed in; nothing means nobody (401). A throw is a 500. @defaultValue (req) => req.user */
  authenticate?: (req: Request) => Awaitable<User | null | undefined>;
  /**
   * A Stripe client. One that `createStripe` made has a transport that cannot hang, crash or leak; a client of
   * your own keeps its own habits (docs/operations.md).
   * @defaultValue createStripe(process.env.STRIPE_SECRET_KEY)
   */
  stripe?: StripeClient;
  /**
   * The members of the answer: `'web'` `{client_secret, expires_at}`, `'mobile'` `{customerId, clientSecret,
   * expiresAt}` for the mobile Customer Sheet and Payment Element, `'billing-sdk'` `{clientSecret, expiresAt,
   * customer}`. The last two show the customer's id to the app. @defaultValue "web"
   */
  format?: AnswerFormat;
  /**
   * Exact origins of front ends elsewhere: `https://shop.example`, or an app web view's own scheme
   * (`capacitor://localhost`). Each may ask for the secret of whoever is signed in, so list only sites that you
   * run. Your CORS middleware must answer them as well. @defaultValue []
   */
  allowedOrigins?: readonly string[];
  /**
   * Lets requests pass that carry neither `Sec-Fetch-Site` nor `Origin`: native apps. Safe with bearer tokens;
   * with cookies it also lets very old browsers' cross-site requests through. @defaultValue false
   */
  allowNonBrowser?: boolean;
  /** Limit per customer, or `false` for none: then a stolen cookie can use up your Stripe rate limit. @defaultValue 30 per minute */
  rateLimit?: RateLimitOptions | false;
  /** For authenticate, resolve, limit and Stripe together, in ms; then 504. @defaultValue 8000 */
  deadlineMs?: number;
  /**
   * Stripe calls open at once in this router. Stripe's default limit is 25 requests/s per endpoint, and 16 open
   * at half a second each come to about that. @see https://docs.stripe.com/rate-limits
   * @defaultValue 16
   */
  maxInFlight?: number;
  /**
   * Requests that may wait for a free call, for 1 s at most; then 503. None waits while Stripe stalls. `0` = none.
   * @defaultValue 4 × maxInFlight
   */
  maxWaiting?: number;
  /**
   * What Stripe's answer must say of its mode. @defaultValue the key's own mode with createStripe, any with a client of your own
   */
  livemode?: boolean;
  /** Told once per request how it ended. What it throws is ignored. @defaultValue none */
  onEvent?: (event: CustomerSessionEvent, req: Request) => void;
  /**
   * For development: plain HTTP passes where socket, `Host` and `Origin` are all loopback and Stripe answers
   * `livemode: false`. Warns once. @defaultValue false
   */
  dangerouslyAllowHttpOnLocalhost?: boolean;
}
