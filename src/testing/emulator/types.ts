import type {
  StripeEmulatorFault,
  StripeEmulatorFaultChooser,
  StripeEmulatorRequest,
} from './fault-types.js';

/** What {@link startStripeEmulator} takes. A value that cannot work is a `TypeError` that names its option. */
export interface StripeEmulatorOptions {
  /** Port to listen on, 0 to 65535. @defaultValue `0`, any free one */
  port?: number;
  /** Address to listen on. @defaultValue `'127.0.0.1'` */
  host?: string;
  /** PEM key and certificate; with them the emulator speaks https. @defaultValue plain http */
  tls?: {
    /** The private key, in PEM. */
    key: string;
    /** The certificate, in PEM. */
    cert: string;
  };
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
  /** The address that it listens on. */
  readonly host: string;
  /** The port that it listens on. */
  readonly port: number;
  /** `https` with the option `tls`. */
  readonly protocol: 'http' | 'https';
  /** The key that it accepts. */
  readonly secretKey: string;
  /** For `new Stripe(emulator.secretKey, { ...emulator.stripeConfig })` and `createStripe`. */
  readonly stripeConfig: {
    /** As `host` above. */
    readonly host: string;
    /** As `port` above. */
    readonly port: number;
    /** As `protocol` above. */
    readonly protocol: 'http' | 'https';
  };
  /** All customers by id, deleted ones with `deleted: true`. A live view. */
  readonly customers: ReadonlyMap<string, StripeEmulatorCustomer>;
  /** All sessions, oldest first. A live view. */
  readonly sessions: readonly StripeEmulatorSession[];
  /** All requests, oldest first, answered or not. A live view. */
  readonly requests: readonly StripeEmulatorRequest[];
  /** Adds a customer without a request. Throws a `TypeError` for a malformed or taken id. */
  addCustomer(customer?: StripeEmulatorCustomerInput): {
    /** `cus_…` */
    id: string;
  };
  /**
   * Adds an Accounts v2 account that is configured as a customer, and the customer that stands behind it. Throws a
   * `TypeError` for a malformed or taken id.
   */
  addAccount(account?: StripeEmulatorAccountInput): {
    /** `acct_…` */
    id: string;
    /** The customer behind it: `cus_…` */
    customer: string;
  };
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
    options?: {
      /** For so many requests. @defaultValue until told otherwise */
      times?: number;
    },
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

/** A customer to add. All members have defaults. */
export interface StripeEmulatorCustomerInput {
  /** Begins `cus_`. @defaultValue a fresh one */
  id?: string;
  /** @defaultValue none */
  email?: string;
  /** @defaultValue none */
  name?: string;
  /** @defaultValue none */
  metadata?: Readonly<Record<string, string>>;
  /** Newest first, as Stripe lists them. @defaultValue none */
  paymentMethods?: readonly StripeEmulatorPaymentMethodInput[];
  /** The connected account that it lives in, as `Stripe-Account` or `Stripe-Context` name it. @defaultValue the platform */
  account?: string;
}

/** An Accounts v2 account to add. All members have defaults. */
export interface StripeEmulatorAccountInput extends Omit<StripeEmulatorCustomerInput, 'id'> {
  /** Begins `acct_`. @defaultValue a fresh one */
  id?: string;
}

/** A saved payment method; `{}` is a Visa that is shown. */
export interface StripeEmulatorPaymentMethodInput {
  /** Stripe's word for the kind, such as `'sepa_debit'`; what follows describes a card. @defaultValue `'card'` */
  type?: string;
  /** Stripe's word for the card's brand. @defaultValue `'visa'` */
  brand?: string;
  /** The card's last four digits. @defaultValue `'4242'` */
  last4?: string;
  /** The month that it expires in, 1 to 12. @defaultValue `12` */
  expMonth?: number;
  /** The year that it expires in, four digits. @defaultValue in two years */
  expYear?: number;
  /** Whether the buyer agreed to see it again. @defaultValue `'always'`, what the Payment Element's own checkbox sets */
  allowRedisplay?: AllowRedisplay;
}

/** A saved payment method of a customer's. */
export interface StripeEmulatorPaymentMethod extends Required<StripeEmulatorPaymentMethodInput> {
  /** `pm_…` */
  id: string;
}

/** Whether the buyer agreed to see the payment method again. */
export type AllowRedisplay = 'always' | 'limited' | 'unspecified';

/** A customer of the emulator's. */
export interface StripeEmulatorCustomer {
  /** `cus_…` */
  readonly id: string;
  /** The connected account that it lives in; `null` on the platform. */
  readonly account: string | null;
  /** The Accounts v2 account that it stands behind. */
  readonly customerAccount: string | null;
  /** As it was given. */
  readonly email: string | null;
  /** As it was given. */
  readonly name: string | null;
  /** As it was given; `{}` where it was not. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether it was deleted, by a request or by `deleteCustomer`. */
  readonly deleted: boolean;
  /** When it was created, in milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A Customer Session that was created. */
export interface StripeEmulatorSession {
  /** `cuss_secret_…`, what `claim` takes. */
  readonly clientSecret: string;
  /** The customer that it is for: `cus_…` */
  readonly customer: string;
  /** The account that it was created for, where it was: `acct_…` */
  readonly customerAccount: string | null;
  /** The components that were asked for, by Stripe's names. */
  readonly components: Readonly<
    Record<
      string,
      {
        /** Whether the session is for it. */
        readonly enabled: boolean;
        /** Its features with Stripe's defaults; `null` for a component without. */
        readonly features?: Readonly<Record<string, unknown>> | null;
      }
    >
  >;
  /** When it was created, in milliseconds since the epoch. */
  readonly createdAt: number;
  /** When it ends, in milliseconds since the epoch: 30 minutes after the creation (`sessionLifetimeMs`); once claimed, 30 minutes after the claim. */
  readonly expiresAt: number;
  /** Whether a client has it. */
  readonly claimed: boolean;
}

/** The page that a secret is mounted on. */
export interface StripeEmulatorPage {
  /** Id of the PaymentIntent or SetupIntent of the emulator that the page pays. @defaultValue none that is looked at */
  intent?: string;
  /** Name of the release of Stripe.js: `'basil'`, `'clover'`, `'dahlia'`, `'endive'`. @defaultValue `'endive'` */
  stripeJs?: string;
}

/** What became of a secret that was claimed. */
export type StripeEmulatorClaim =
  | {
      /** The client has it. */
      readonly status: 'claimed';
      /** The customer that it is for: `cus_…` */
      readonly customer: string;
      /** Those that the session's component would show: redisplay, its filters and its limit applied. */
      readonly paymentMethods: readonly StripeEmulatorPaymentMethod[];
    }
  | {
      /**
       * What Stripe.js refuses to render: since Dahlia a usage on the session and on the PaymentIntent, or
       * `payment_method_save` with neither; before it `payment_method_save` without `payment_method_save_usage`.
       */
      readonly status: 'integration_error';
      /** Which rule it breaks. */
      readonly message: string;
    }
  | {
      /** It has ended, another client has it, or there is no such secret. */
      readonly status: 'expired' | 'already_claimed' | 'unknown';
    };
