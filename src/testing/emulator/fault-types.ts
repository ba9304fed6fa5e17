import type { IncomingHttpHeaders } from 'node:http';

/** A request as the emulator received it. */
export interface StripeEmulatorRequest {
  /** In upper case. */
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Such as `'GET /v1/customers/{customer}'`; `undefined` where the emulator has no such route. */
  readonly route: string | undefined;
  /** As received, but a key that is not the emulator's is not kept. */
  readonly headers: IncomingHttpHeaders;
  /** The decoded form, JSON or query, its values as text; `{}` where it could not be read. */
  readonly params: Readonly<Record<string, unknown>>;
  /** `Idempotency-Key`. */
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
  error?: {
    /** @defaultValue by the status */
    type?: string;
    /** Such as `resource_missing`. @defaultValue none */
    code?: string;
    /** The parameter that it is about. @defaultValue none */
    param?: string;
    /** @defaultValue by the status */
    message?: string;
    [member: string]: unknown;
  };
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
