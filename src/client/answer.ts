import { CustomerSessionError, type CustomerSessionErrorCode } from './errors.js';

/** A Customer Session as the browser may know it. Keep it in memory only, and use it for one render. */
export interface CustomerSession {
  /** The secret, for Stripe.js's `customerSessionClientSecret`. Never log it or write it to storage. */
  readonly clientSecret: string;
  /**
   * When it ends **on this device's clock**: the server's `Date` header is taken into account, so
   * `expiresAt.getTime() - Date.now()` is the time left even where the clock is wrong.
   */
  readonly expiresAt: Date;
  /** The customer's id, from a router with `format: 'mobile'` or `'billing-sdk'`; never from `'web'`. */
  readonly customerId?: string | undefined;
}

/** What JSON has of an answer that may be anybody's. */
type Body = Readonly<Record<string, unknown>>;

// 64 KiB; the router's answers have a few hundred characters.
const LONGEST_BODY = 65_536;
// Printable, and not what the server's session object prints in place of its secret: that has brackets.
const SECRET = /^[!-Z^-~]{8,5000}$/;
// 25 minutes: a session that is past on arrival has just been made all the same, and lasts for half an hour.
const HOLD_MS = 1_500_000;
const DAY_MS = 86_400_000;
const LAST_DATE_MS = 8.64e15;

/**
 * The session of an answer, whoever gave it.
 *
 * @throws {CustomerSessionError} for every other answer.
 */
export async function readAnswer(response: Response): Promise<CustomerSession> {
  const { status, headers } = response;
  const body = parse(await readText(response));
  // The device's own clock where the server does not tell, or CORS does not let it through.
  const sentAt = numberOr(Date.now(), Date.parse(headers.get('date') ?? ''));
  const session = status === 200 && readSession(body, sentAt);
  if (session) return session;
  throw new CustomerSessionError(readCode(body), status, readRetryAfter(headers, sentAt));
}

async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  // React Native's fetch has no streams.
  if (!reader) return response.text();
  const decoder = new TextDecoder();
  let text = '';
  while (text.length <= LONGEST_BODY) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
  // The rest is given up with the request.
  return '';
}

function parse(text: string): Body {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    // The error is dropped: it quotes the text that it met, which may be half a secret.
    return {};
  }
}

/** The session of a body of the router's, whatever its format: web, mobile or billing-sdk. */
export function readSession(body: Body, sentAt: number): CustomerSession | undefined {
  const clientSecret = body.client_secret ?? body.clientSecret;
  const seconds = body.expires_at ?? body.expiresAt;
  const customer = body.customerId ?? body.customer;
  if (typeof clientSecret !== 'string' || !SECRET.test(clientSecret)) return undefined;
  if (typeof seconds !== 'number' || seconds <= 0) return undefined;
  const left = seconds * 1000 - sentAt;
  return {
    clientSecret,
    expiresAt: new Date(Math.min(Date.now() + (left > 0 ? left : HOLD_MS), LAST_DATE_MS)),
    customerId: typeof customer === 'string' ? customer : undefined,
  };
}

function readCode({ type, code }: Body): CustomerSessionErrorCode {
  return typeof code === 'string' && type === `urn:express-stripe-customer-session:problem:${code}`
    ? (code as CustomerSessionErrorCode)
    : 'invalid_response';
}

// Seconds, or a date (RFC 9110, section 10.2.3).
function readRetryAfter(headers: Headers, sentAt: number): number {
  const after = headers.get('retry-after') ?? '';
  const ms = numberOr(Date.parse(after) - sentAt, Number(after) * 1000);
  return ms > 0 ? Math.min(ms, DAY_MS) : 0;
}

function numberOr(otherwise: number, value: number): number {
  return Number.isNaN(value) ? otherwise : value;
}
