import type { IncomingHttpHeaders } from 'node:http';

/** What {@link startStripeEmulator} takes. */
export interface StripeEmulatorOptions {
  /** Port to listen on. @defaultValue `0`, any free one */
  port?: number;
  /** Address to listen on. @defaultValue `'127.0.0.1'` */
  host?: string;
  /** PEM key and certificate; with them the emulator speaks https. @defaultValue plain http */
  tls?: { key: string; cert: string };
  /** The secret key to accept; must begin `sk_test_`. @defaultValue a fixed `sk_test_emulator…` key */
  secretKey?: string;
  /**
   * Restricted keys (`rk_test_…`) and the routes that each may call, such as `'POST /v1/customer_sessions'`.
   * Any other route answers 403. @defaultValue none
   */
  restrictedKeys?: Readonly<Record<string, readonly string[]>>;
  /** The clock, in milliseconds since the epoch; expiry, idempotency and rate limits follow it. @defaultValue `Date.now` */
  now?: () => number;
  /** Requests per window before Stripe's 429. Windows are in milliseconds. @defaultValue no limit */
  rateLimit?: { limit: number; windowMs: number };
  /** What answers say in `livemode`; keys stay test keys. @defaultValue `false` */
  livemode?: boolean;
}

/** A running emulator. */
export interface StripeEmulator {
  /** Such as `http://127.0.0.1:49152`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly protocol: 'http' | 'https';
  /** The key that it accepts. */
  readonly secretKey: string;
  /** For `new Stripe(emulator.secretKey, { ...emulator.stripeConfig })`. */
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
  /** Adds an Accounts v2 account that is configured as a customer, and the customer that stands behind it. */
  addAccount(account?: StripeEmulatorAccountInput): { id: string; customer: string };
  /** Deletes a customer as the API would. Throws where there is none. */
  deleteCustomer(id: string): void;
  /** A customer's saved payment methods; none for an unknown or deleted one. */
  paymentMethods(customer: string): readonly StripeEmulatorPaymentMethod[];
  /** Does what Stripe.js does with a secret: the first client within 30 minutes has it for 30 more. */
  claim(clientSecret: string): StripeEmulatorClaim;
  clearRequests(): void;
  /**
   * Makes a route (`'POST /v1/customer_sessions'`, or `'*'` for all) misbehave until told otherwise, or for
   * `times` requests. `undefined` ends it. A route's own fault goes before that of `'*'`.
   */
  setFault(route: string, fault: StripeEmulatorFault | undefined, options?: { times?: number }): void;
  /** Delays each processed request, in milliseconds. */
  setLatency(ms: number): void;
  /** Forgets customers, sessions, requests, idempotency keys, faults and latency. */
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
  paymentMethods?: readonly StripeEmulatorPaymentMethodInput[];
  /** The connected account that it lives in, as `Stripe-Account` or `Stripe-Context` name it. */
  account?: string;
}

export interface StripeEmulatorAccountInput extends Omit<StripeEmulatorCustomerInput, 'id'> {
  /** Begins `acct_`. @defaultValue a fresh one */
  id?: string;
}

export interface StripeEmulatorPaymentMethodInput {
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
  /** @defaultValue `'always'`, what the Payment Element's own checkbox sets */
  allowRedisplay?: AllowRedisplay;
}

export interface StripeEmulatorPaymentMethod extends Required<StripeEmulatorPaymentMethodInput> {
  id: string;
}

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
  /** 30 minutes after the creation; once claimed, 30 minutes after the claim. */
  readonly expiresAt: number;
  readonly claimed: boolean;
}

export type StripeEmulatorClaim =
  | {
      readonly status: 'claimed';
      readonly customer: string;
      /** Those that the session's component would show: redisplay, its filters and its limit applied. */
      readonly paymentMethods: readonly StripeEmulatorPaymentMethod[];
    }
  | { readonly status: 'expired' | 'already_claimed' | 'unknown' };

export interface StripeEmulatorRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Such as `'GET /v1/customers/{customer}'`; `undefined` where the API has no such route. */
  readonly route: string | undefined;
  /** As received, but a key that is not the emulator's is not kept. */
  readonly headers: IncomingHttpHeaders;
  /** The decoded form or query; `{}` where it could not be read. */
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

/** How a route misbehaves. `status` from 400 on and `error` answer without processing; the rest processes. */
export interface StripeEmulatorFault {
  /** Waits before processing, in milliseconds. */
  delayMs?: number;
  /** Never answers; nothing is processed. */
  hang?: boolean;
  /** Destroys the connection: `'before'` anything is processed, or `'after'`, so that only the answer is lost. */
  reset?: 'before' | 'after';
  status?: number;
  error?: { type?: string; code?: string; param?: string; message?: string };
  /** Added to the answer's headers, over its own. */
  headers?: Readonly<Record<string, string>>;
  /** Goes out in place of the answer's JSON. */
  rawBody?: string;
  /** Changes a successful answer; `requestNumber` counts this fault's requests from 1. */
  transform?: (answer: Record<string, unknown>, requestNumber: number) => Record<string, unknown>;
}
