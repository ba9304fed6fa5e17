import type { Request } from 'express';
import type { Store } from 'express-rate-limit';
import type { Components } from '../components/components.js';
import type { CustomerSessionEvent } from '../core/events.js';
import type {
  AnswerFormat,
  Awaitable,
  CustomerSessionIssuer,
  RequestUser,
  ResolveCustomer,
  StripeClient,
} from '../core/types.js';

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
  /**
   * The policy's name in the `RateLimit` headers, and a part of every key: two routers on one store that should not share a
   * count have two. @defaultValue "customer-session"
   */
  identifier?: string;
}

/** Who may ask: the options of `customerSessionGuard`, and the router's first half. */
export interface CustomerSessionGuardOptions {
  /**
   * Exact origins of front ends elsewhere: `https://shop.example`, or an app web view's own scheme
   * (`capacitor://localhost`); with `dangerouslyAllowHttpOnLocalhost` also `http://localhost:5173` and the like. Each may
   * ask for the secret of whoever is signed in, so list only sites that you run. Your CORS middleware must answer them as
   * well. @defaultValue []
   */
  allowedOrigins?: readonly string[];
  /**
   * Lets requests pass that carry neither `Sec-Fetch-Site` nor `Origin`: native apps. Safe with bearer tokens;
   * with cookies it also lets very old browsers' cross-site requests through. @defaultValue false
   */
  allowNonBrowser?: boolean;
  /**
   * For development: plain HTTP passes where `Host`, and `Origin` where there is one, name this machine (`localhost`,
   * `*.localhost`, a loopback address), the connection is from this machine or a container's bridge, and Stripe answers
   * `livemode: false`. Warns once. @defaultValue false
   */
  dangerouslyAllowHttpOnLocalhost?: boolean;
  /** Told once per request how it ended. What it throws is ignored. @defaultValue none */
  onEvent?: (event: CustomerSessionEvent, req: Request) => void;
}

/** What a session is made of: the options of `customerSessionIssuer`, and the router's second half. */
export interface CustomerSessionSourceOptions<User> {
  /**
   * Maps the signed-in user to a Stripe customer. Required. Take the id from your own records of this user, never
   * from the request: whoever can choose the id sees that customer's cards.
   */
  resolveCustomer: ResolveCustomer<User>;
  /**
   * What the session lets the front end do: Stripe's `components` object, a preset such as
   * `savedPaymentMethods({ save: 'on_session' })`, or a function of the user. Required. An object is validated at start-up,
   * a function's answer at each request.
   * @see https://docs.stripe.com/api/customer_sessions/create
   */
  components: Components | ((user: User, req: Request) => Awaitable<Components>);
  /**
   * A Stripe client. One that `createStripe` made, or that has `httpClient: stripeHttpClient()`, cannot hang, crash or leak;
   * any other keeps its own habits (docs/operations.md). @defaultValue createStripe(process.env.STRIPE_SECRET_KEY)
   */
  stripe?: StripeClient;
  /** Limit per customer, or `false` for none: then a stolen cookie can use up your Stripe rate limit. @defaultValue 30 per minute */
  rateLimit?: RateLimitOptions | false;
  /** For authenticate, resolve, limit and Stripe together, in ms; then 504. @defaultValue 8000 */
  deadlineMs?: number;
  /**
   * Stripe calls open at once. Stripe's default limit is 25 requests/s per endpoint, and 16 open at 0.64 s each come to
   * that. @see https://docs.stripe.com/rate-limits
   * @defaultValue 16
   */
  maxInFlight?: number;
  /**
   * Requests that may wait for a free call, for 1 s at most; then 503. None waits while Stripe hangs. `0` = none.
   * @defaultValue 4 × maxInFlight
   */
  maxWaiting?: number;
  /**
   * What Stripe's answer must say of its mode. @defaultValue the key's own mode with createStripe, any with a client of your own
   */
  livemode?: boolean;
  /** Told once per request how it ended. What it throws is ignored. @defaultValue none */
  onEvent?: (event: CustomerSessionEvent, req: Request) => void;
}

/** Options of `customerSessionIssuer`. All but `resolveCustomer` and `components` have safe defaults. */
export interface CustomerSessionIssuerOptions<User> extends CustomerSessionSourceOptions<User> {
  /**
   * Your route sets the headers and checks TLS and origin itself, without `customerSessionGuard`: no warning.
   * @defaultValue false
   */
  unguarded?: boolean;
}

/** The options that the router alone has, and those of the guard. */
export interface CustomerSessionDoorOptions<User> extends Omit<CustomerSessionGuardOptions, 'onEvent'> {
  /** Says who is signed in; nothing means nobody (401). A throw is a 500. @defaultValue (req) => req.user */
  authenticate?: (req: Request) => Awaitable<User | null | undefined>;
  /**
   * The members of the answer: `'web'` `{client_secret, expires_at}`, `'mobile'` `{customerId, clientSecret,
   * expiresAt}` for the mobile Customer Sheet and Payment Element, `'billing-sdk'` `{clientSecret, expiresAt,
   * customer}`. The last two show the customer's id to the app. @defaultValue "web"
   */
  format?: AnswerFormat;
}

/** An issuer, in place of the options that one is made with. */
export interface CustomerSessionIssuerOption<User> {
  /**
   * An issuer that your own routes use too, in place of the options that it was made with: its limit, open calls, deadline
   * and events are shared. @defaultValue made from the options
   */
  issuer: CustomerSessionIssuer<User>;
}

/**
 * Options of `customerSessionRouter`: {@link CustomerSessionDoorOptions}, and either {@link CustomerSessionSourceOptions} or
 * an {@link CustomerSessionIssuerOption.issuer}.
 */
export type CustomerSessionRouterOptions<User = RequestUser> = CustomerSessionDoorOptions<User> &
  (
    | (CustomerSessionSourceOptions<User> & {
        /** Not beside the options that an issuer is made with. */
        issuer?: never;
      })
    | (CustomerSessionIssuerOption<User> & { [Option in keyof CustomerSessionSourceOptions<User>]?: never })
  );
