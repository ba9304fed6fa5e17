/**
 * Why a session could not be had. The first group comes from the server (docs/problems.md has a heading for
 * each), the last line is the client's own: `network` (no answer, a redirect, CORS), `aborted` (you cancelled),
 * `invalid_response` (an answer that this package's router does not give), `timeout` (also the server's 504).
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
  | ('network' | 'aborted' | 'invalid_response' | 'timeout');

/** The one error of this package's browser side. It never holds a secret, a body or a header. */
export class CustomerSessionError extends Error {
  declare readonly code: CustomerSessionErrorCode;
  /** The answer's HTTP status, where there was an answer. */
  declare readonly status: number | undefined;
  /** What the server asked to wait (`Retry-After`), in milliseconds; 0 where it did not. */
  declare readonly retryAfterMs: number;

  constructor(code: CustomerSessionErrorCode, status?: number, retryAfterMs = 0) {
    super(code);
    this.name = 'CustomerSessionError';
    this.code = code;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}
