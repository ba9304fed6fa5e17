/** What goes out for a request, before it is bytes. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The `Request-Id` that this was first answered with. */
  readonly requestId: string;
  /** Whether it is the repetition of an earlier answer to the same idempotency key. */
  readonly replayed?: boolean;
}

/** The `error` member of an answer (https://docs.stripe.com/api/errors). */
export interface StripeErrorBody {
  readonly type?: string;
  readonly code?: string;
  readonly message?: string;
  readonly [member: string]: unknown;
}

/** A refusal on its way to the wire. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly body: StripeErrorBody,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(body.message);
  }
}

/** A refusal that concerns the request as a whole. */
export function refused(status: number, message: string, more: StripeErrorBody = {}): ApiError {
  return new ApiError(status, { type: 'invalid_request_error', message, ...more });
}

/** A parameter that Stripe refuses: 400 with the bracketed name of the parameter. */
export function invalidParam(param: string, message: string, code?: string): ApiError {
  return refused(400, message, { param, ...(code ? { code } : {}) });
}

/** `No such customer: 'cus_x'`: 400 where the id came as a parameter, 404 where it came in the path. */
export function noSuch(kind: string, id: string, where: { status: 400 | 404; param: string }): ApiError {
  return refused(where.status, `No such ${kind}: '${id}'`, { code: 'resource_missing', param: where.param });
}

/** The JSON that goes out for an error. Codes link to their page, as Stripe's do. */
export function errorAnswer(error: StripeErrorBody): { error: StripeErrorBody } {
  if (error.code === undefined) return { error };
  const page = `https://stripe.com/docs/error-codes/${error.code.replaceAll('_', '-')}`;
  return { error: { ...error, doc_url: page } };
}
