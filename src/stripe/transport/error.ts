import { isObject } from '../../core/values.js';

/**
 * How a call failed before Stripe's answer could be used.
 *
 * - `ETIMEDOUT`: the time allowed is over (stripe-node knows this code and says so in its message)
 * - `ECONN`: no connection, or it broke
 * - `EANSWER`: what came back is no answer of Stripe's to this call: not a JSON object, too long, somebody else's
 * - `EREQUEST`: the request could not be written down as HTTP
 * - `ECLOSED`: the client was closed
 *
 * Never `ECONNRESET` or `EPIPE`: stripe-node answers those with a retry of its own, whatever `maxNetworkRetries` says
 * (its `HttpClient.CONNECTION_CLOSED_ERROR_CODES`).
 */
export type TransportErrorCode = 'ETIMEDOUT' | 'ECONN' | 'EANSWER' | 'EREQUEST' | 'ECLOSED';

const MESSAGES: Record<TransportErrorCode, string> = {
  ETIMEDOUT: 'Stripe did not answer in time',
  ECONN: 'The connection to Stripe failed',
  EANSWER: 'The answer was not one of Stripe’s',
  EREQUEST: 'The request could not be sent',
  ECLOSED: 'The Stripe client was closed',
};

/**
 * What the transport rejects with; stripe-node wraps it as `detail` of its `StripeConnectionError`. It holds no body,
 * no header and no key: whoever logs it logs nothing secret.
 */
export class StripeTransportError extends Error {
  override readonly name = 'StripeTransportError';
  readonly code: TransportErrorCode;
  /** What Node.js calls it (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, …), or our own word for it. */
  readonly reason: string;
  /** How many attempts were made. */
  readonly attempts: number;

  constructor(code: TransportErrorCode, reason: string, attempts = 1) {
    super(`${MESSAGES[code]} (${reason})`);
    this.code = code;
    this.reason = reason;
    this.attempts = attempts;
  }
}

/** The code of an error of Node.js's, which is safe to show where its message may not be. */
export function reasonOf(error: unknown): string {
  const code = isObject(error) ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'UNKNOWN';
}
