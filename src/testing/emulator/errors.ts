/** What the error object of Stripe's API holds, as far as the emulator fills it. */
export interface StripeErrorBody {
  type?: string;
  code?: string;
  param?: string;
  message?: string;
}

/** A refusal on its way to the wire, in the shape of https://docs.stripe.com/api/errors. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly body: StripeErrorBody & { type: string; message: string },
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(body.message);
  }
}

/** A parameter that Stripe refuses: 400 with the bracketed name of the parameter. */
export function invalidParam(param: string, message: string, code?: string): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', message, param, ...(code ? { code } : {}) });
}

/** `No such customer: 'cus_x'`: 400 where the id came as a parameter, 404 where it came in the path. */
export function noSuch(kind: string, id: string, where: { status: 400 | 404; param: string }): ApiError {
  const message = `No such ${kind}: '${id}'`;
  return new ApiError(where.status, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param: where.param,
    message,
  });
}

/** A refusal that concerns the request as a whole. */
export function refused(status: number, message: string, code?: string): ApiError {
  return new ApiError(status, { type: 'invalid_request_error', message, ...(code ? { code } : {}) });
}

/** The JSON that goes out for an error. Codes link to their page, as Stripe's do. */
export function errorAnswer(error: StripeErrorBody): { error: Record<string, string> } {
  const body: Record<string, string> = {};
  for (const [key, value] of Object.entries(error)) if (typeof value === 'string') body[key] = value;
  if (error.code) body.doc_url = `https://stripe.com/docs/error-codes/${error.code.replaceAll('_', '-')}`;
  return { error: body };
}
