/**
 * Why there is no session. The first group is the server's (docs/problems.md has a heading for each), the last line is
 * the client's own: `network` (no answer, a redirect, CORS), `invalid_response` (an answer that this package's router
 * does not give), `replayed` (the same secret as last time: a cache, or a stub, stands in between), `aborted` (you
 * cancelled). `timeout` is the server's 504, or, without a `status`, the client's own `timeoutMs`.
 */
export type CustomerSessionErrorCode =
  | 'method_not_allowed'
  | 'tls_required'
  | 'cross_origin'
  | 'unauthenticated'
  | 'no_customer'
  | 'misconfigured'
  | 'internal_error'
  | 'rate_limited'
  | 'overloaded'
  | 'stripe_rate_limited'
  | 'stripe_unavailable'
  | 'stripe_mismatch'
  | 'timeout'
  | ('network' | 'invalid_response' | 'replayed' | 'aborted');

/** The one error of this package's browser side. It never holds a secret, a body or a header. */
export class CustomerSessionError extends Error {
  /** Why: one of the server's codes, or one of the client's own. */
  declare readonly code: CustomerSessionErrorCode;
  /** The answer's HTTP status, where there was an answer. */
  declare readonly status: number | undefined;
  /** What the server asked to wait (`Retry-After`): milliseconds, at most a day; 0 where it asked for nothing. */
  declare readonly retryAfterMs: number;

  constructor(code: CustomerSessionErrorCode, status?: number, retryAfterMs = 0) {
    super(code);
    this.name = 'CustomerSessionError';
    this.code = code;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Whether the same request may be answered otherwise in a moment, without anybody doing anything. */
export function mayPass({ code, status }: CustomerSessionError): boolean {
  // No answer, or one that says "later" by its status, be it a proxy's. Another account's answer comes again.
  return status === undefined || ([429, 502, 503, 504].includes(status) && code !== 'stripe_mismatch');
}
