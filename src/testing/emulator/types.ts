import type { IncomingHttpHeaders } from 'node:http';

/** What {@link startStripeEmulator} takes. A value that cannot work is a `TypeError` that names its option. */
export interface StripeEmulatorOptions {
  /** Port to listen on, 0 to 65535. @defaultValue `0`, any free one */
  port?: number;
  /** Address to listen on. @defaultValue `'127.0.0.1'` */
  host?: string;
  /** PEM key and certificate; with them the emulator speaks https. @defaultValue plain http */
  tls?: { key: string; cert: string };
  /** The secret key to accept; begins `sk_test_`. @defaultValue a fixed `sk_test_emulator…` key */
  secretKey?: string;
  /**
   * Restricted keys (`rk_test_…`) and the routes that each may call, such as `'POST /v1/customer_sessions'`.
   * Any other route answers 403. @defaultValue none
   */
  restrictedKeys?: Readonly<Record<string, readonly string[]>>;
  /**
   * Features of saved payment methods that Stripe gives to some accounts only, such as
   * `'payment_method_remove_last'`. Each is then taken (`'enabled'` or `'disabled'`) by every component that has
   * features; without it the feature is refused as an unknown parameter, as Stripe does for all other accounts.
   * @defaultValue none
   */
  gatedFeatures?: readonly string[];
  /**
   * How long an unclaimed session lives, in milliseconds. `0` answers `expires_at === created`, as Stripe's own
   * stripe-mock does. @defaultValue `1_800_000`, Stripe's 30 minutes
   */
  sessionLifetimeMs?: number;
  /** The clock, in milliseconds since the epoch; the expiry of sessions and of idempotency keys follows it. @defaultValue `Date.now` */
  now?: () => number;
  /** What answers say in `livemode`; keys stay test keys. @defaultValue `false` */
  livemode?: boolean;
}

/** A running emulator. It serves customers, their payment methods, intents, Accounts v2 and customer sessions. */
export interface StripeEmulator {
  /** Such as `http://127.0.0.1:49152`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly protocol: 'http' | 'https';
  /** The key that it accepts. */
  readonly secretKey: string;
  /** For `new Stripe(emulator.secretKey, { ...emulator.stripeConfig })` and `createStripe`. */
  readonly stripeConfig: {
    readonly host: string;
    readonly port: number;
    readonly protocol: 'http' | 'https';
  };
  /** All customers by id, deleted ones with `deleted: true`. A live view. */
  readonly customers: ReadonlyMap<string, StripeEmulatorCustomer>;
  /** All sessions, oldest first. A live view. */
  readonly sessions: readonly StripeEmulatorSession[];
  /** All requests, oldest first, answered or not. A live view. */
  readonly requests: readonly StripeEmulatorRequest[];
  /** Adds a customer without a request. Throws a `TypeError` for a malformed or taken id. */
  addCustomer(customer?: StripeEmulatorCustomerInput): { id: string };
  /**
   * Adds an Accounts v2 account that is configured as a customer, and the customer that stands behind it. Throws a
   * `TypeError` for a malformed or taken id.
   */
  addAccount(account?: StripeEmulatorAccountInput): { id: string; customer: string };
  /** Deletes a customer as the API would. Throws a `TypeError` where there is none. */
  deleteCustomer(id: string): void;
  /** A customer's saved payment methods; none for an unknown or deleted one. */
  paymentMethods(customer: string): readonly StripeEmulatorPaymentMethod[];
  /**
   * Does what Stripe.js does with a secret: the first client that comes before the session expires has it for 30
   * minutes more. `page` says what the secret is mounted with, for the rules that Stripe.js checks on render.
   */
  claim(clientSecret: string, page?: StripeEmulatorPage): StripeEmulatorClaim;
  /** Empties {@link requests}. */
  clearRequests(): void;
  /**
   * Makes a route (`'POST /v1/customer_sessions'`, or `'*'` for all) misbehave until told otherwise, or for `times`
   * requests. `undefined` ends it. A route's own fault goes before that of `'*'`. Throws a `TypeError` for a route or
   * fault that there is not.
   */
  setFault(
    route: string,
    fault: StripeEmulatorFault | StripeEmulatorFaultChooser | undefined,
    options?: { times?: number },
  ): void;
  /** Delays each processed request, in milliseconds. Throws a `TypeError` for what is no number from 0 on. */
  setLatency(ms: number): void;
  /** Forgets the idempotency keys of all answered requests, as Stripe may after 24 hours. */
  expireIdempotencyKeys(): void;
  /** Forgets customers, sessions, intents, accounts, requests, idempotency keys, faults and latency. */
  reset(): void;
  /** Ends the server with every open and hanging connection. May be called twice. */
  close(): Promise<void>;
}

export interface StripeEmulatorCustomerInput {
  /** Begins `cus_`. @defaultValue a fresh one */
  id?: string;
  email?: string;
  name?: string;
  metadata?: Readonly<Record<string, string>>;
  /** Newest first, as Stripe lists them. @defaultValue none */
  paymentMethods?: readonly StripeEmulatorPaymentMethodInput[];
  /** The connected account that it lives in, as `Stripe-Account` or `Stripe-Context` name it. @defaultValue the platform */
  account?: string;
}

export interface StripeEmulatorAccountInput extends Omit<StripeEmulatorCustomerInput, 'id'> {
  /** Begins `acct_`. @defaultValue a fresh one */
  id?: string;
}

/** A saved payment method; `{}` is a Visa that is shown. */
export interface StripeEmulatorPaymentMethodInput {
  /** Stripe's word for the kind, such as `'sepa_debit'`; what follows describes a card. @defaultValue `'card'` */
  type?: string;
  /** @defaultValue `'visa'` */
  brand?: string;
  /** @defaultValue `'4242'` */
  last4?: string;
  /** 1 to 12. @defaultValue `12` */
  expMonth?: number;
  /** Four digits. @defaultValue in two years */
  expYear?: number;
  /** @defaultValue `'always'`, what the Payment Element's own checkbox sets */
  allowRedisplay?: AllowRedisplay;
}

export interface StripeEmulatorPaymentMethod extends Required<StripeEmulatorPaymentMethodInput> {
  id: string;
}

/** Whether the buyer agreed to see the payment method again. */
export type AllowRedisplay = 'always' | 'limited' | 'unspecified';

export interface StripeEmulatorCustomer {
  readonly id: string;
  /** The connected account that it lives in; `null` on the platform. */
  readonly account: string | null;
  /** The Accounts v2 account that it stands behind. */
  readonly customerAccount: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly deleted: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface StripeEmulatorSession {
  readonly clientSecret: string;
  readonly customer: string;
  readonly customerAccount: string | null;
  readonly components: Readonly<
    Record<
      string,
      { readonly enabled: boolean; readonly features?: Readonly<Record<string, unknown>> | null }
    >
  >;
  /** Milliseconds since the epoch, like {@link expiresAt}. */
  readonly createdAt: number;
  /** 30 minutes after the creation (`sessionLifetimeMs`); once claimed, 30 minutes after the claim. */
  readonly expiresAt: number;
  readonly claimed: boolean;
}

/** The page that a secret is mounted on. */
export interface StripeEmulatorPage {
  /** Id of the PaymentIntent or SetupIntent of the emulator that the page pays. @defaultValue none that is looked at */
  intent?: string;
  /** Name of the release of Stripe.js: `'basil'`, `'clover'`, `'dahlia'`, `'endive'`. @defaultValue `'endive'` */
  stripeJs?: string;
}

export type StripeEmulatorClaim =
  | {
      readonly status: 'claimed';
      readonly customer: string;
      /** Those that the session's component would show: redisplay, its filters and its limit applied. */
      readonly paymentMethods: readonly StripeEmulatorPaymentMethod[];
    }
  /**
   * What Stripe.js refuses to render: since Dahlia a usage on the session and on the PaymentIntent, or
   * `payment_method_save` with neither; before it `payment_method_save` without `payment_method_save_usage`.
   */
  | { readonly status: 'integration_error'; readonly message: string }
  | { readonly status: 'expired' | 'already_claimed' | 'unknown' };

export interface StripeEmulatorRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Such as `'GET /v1/customers/{customer}'`; `undefined` where the emulator has no such route. */
  readonly route: string | undefined;
  /** As received, but a key that is not the emulator's is not kept. */
  readonly headers: IncomingHttpHeaders;
  /** The decoded form, JSON or query, its values as text; `{}` where it could not be read. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string | undefined;
  /** `Stripe-Account`. */
  readonly account: string | undefined;
  /** `Stripe-Context`. */
  readonly context: string | undefined;
  /** What was answered; `undefined` until then, and for ever where nothing was. */
  readonly status: number | undefined;
  /** When it had arrived, in milliseconds since the epoch. */
  readonly at: number;
}

/**
 * How a route misbehaves. `status` from 400 on and `error` answer without processing; the rest processes. A 500 is
 * kept for the request's idempotency key and replayed, as Stripe does; other errors are not.
 */
export interface StripeEmulatorFault {
  /**
   * Waits before processing, in milliseconds. Meanwhile the idempotency key is in use: another request with it is
   * answered 409 `idempotency_key_in_use`.
   */
  delayMs?: number;
  /** Holds the answer back after processing, in milliseconds; another request with the key gets it at once. */
  answerDelayMs?: number;
  /** Never answers, the connection stays open: `'before'` (or `true`) nothing is processed, `'after'` the answer is lost. */
  hang?: boolean | 'before' | 'after';
  /** Destroys the connection: `'before'` anything is processed, or `'after'`, so that only the answer is lost. */
  reset?: 'before' | 'after';
  /**
   * Does what a broken proxy does. `'duplicate'` sends the answer twice, so that each later answer of that connection
   * belongs to the request before. `'swap'` exchanges the whole answer, `Idempotency-Key` included, with that of the
   * next request that meets a `'swap'`; until one comes, nothing is answered.
   */
  mixUp?: 'duplicate' | 'swap';
  /** 200 to 599. @defaultValue `400` with `error`, else the answer's own */
  status?: number;
  /** Stripe's error object; `type` and `message` have defaults by the status. */
  error?: { type?: string; code?: string; param?: string; message?: string; [member: string]: unknown };
  /** Added to the answer's headers, over its own. */
  headers?: Readonly<Record<string, string>>;
  /** Goes out in place of the answer's JSON. */
  rawBody?: string;
  /** Changes a successful answer; `requestNumber` counts this fault's requests from 1. */
  transform?: (answer: Record<string, unknown>, requestNumber: number) => Record<string, unknown>;
}

/** Chooses a fault for each request that meets it, `undefined` for none; `requestNumber` counts them from 1. */
export type StripeEmulatorFaultChooser = (
  request: StripeEmulatorRequest,
  requestNumber: number,
) => StripeEmulatorFault | undefined;
