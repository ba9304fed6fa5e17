import { CustomerSessionError, type CustomerSessionErrorCode } from './errors.js';
import { within } from './within.js';

/** A Customer Session as the browser may know it. Keep it in memory only, and use it for one render. */
export interface CustomerSession {
  readonly clientSecret: string;
  /**
   * When it ends, in milliseconds since the epoch **on this device's clock**: the server's `Date` header is
   * taken into account, so `expiresAt - Date.now()` is the time left even where the clock is wrong.
   */
  readonly expiresAt: number;
  /** The customer's id, from a router with `format: 'mobile'` or `'billing-sdk'`; never from `'web'`. */
  readonly customerId?: string | undefined;
}

export interface FetchCustomerSessionOptions {
  /** Cancels the request: the promise rejects with the code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch | undefined;
  /** Sent with the request, for example a bearer token; a function is asked again for each request. */
  headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>) | undefined;
  /** Default `'same-origin'`. `'include'` only for a router elsewhere that lists this page in `allowedOrigins`. */
  credentials?: RequestCredentials | undefined;
  /** Milliseconds until the code `timeout`. Default 10000: more than the router's own deadline of 8000. */
  timeoutMs?: number | undefined;
}

// A session that has just been made has not expired. Where no `Date` header says how wrong this clock is (it is
// not CORS-safelisted, Fetch standard, section 3.3.3), a shorter life than this is the clock's error.
const LEAST_LIFE_MS = 120_000;
// What may be gone in a moment, also where a proxy and not the router says so. Nothing else is asked again: it
// would get the same answer.
const PASSING = /^(network|429|502|503|504)$/;

/**
 * Asks the router at `url` for one session: one POST, no retry, nothing kept.
 *
 * @throws {CustomerSessionError} whatever goes wrong; see its `code`.
 */
export function fetchCustomerSession(
  url: string | URL,
  options: FetchCustomerSessionOptions = {},
): Promise<CustomerSession> {
  return ask(url, options, { attempts: 1, defaultMs: 10_000 });
}

/** Up to `attempts` requests, their pauses included, within `timeoutMs`. */
export function ask(
  url: string | URL,
  options: FetchCustomerSessionOptions,
  { attempts, defaultMs }: { attempts: number; defaultMs: number },
): Promise<CustomerSession> {
  const { signal, timeoutMs = defaultMs } = options;
  const end = Date.now() + timeoutMs;
  return within(timeoutMs, signal, async (ended) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await request(url, options, ended);
      } catch (error) {
        const pause = pauseAfter(error as CustomerSessionError, attempt);
        if (attempt === attempts || !(Date.now() + pause < end)) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  });
}

// NaN for what is not asked again. `Retry-After` is a lower bound; the jitter on top keeps browsers that were
// refused together from coming back together.
function pauseAfter({ code, status, retryAfterMs }: CustomerSessionError, attempt: number): number {
  const half = PASSING.test(String(status ?? code)) ? 150 * attempt : Number.NaN;
  return Math.max(retryAfterMs, half) + half * Math.random();
}

async function request(
  url: string | URL,
  options: FetchCustomerSessionOptions,
  signal: AbortSignal,
): Promise<CustomerSession> {
  const { fetch: send = fetch, headers, credentials = 'same-origin' } = options;
  let response: Response;
  let text: string;
  try {
    response = await send(url, {
      method: 'POST',
      // Always a tick later, so that a request which is cancelled in the same breath is never sent.
      headers: (await (typeof headers === 'function' ? headers() : headers)) ?? {},
      credentials,
      cache: 'no-store',
      // A redirect would fetch the secret by way of a place that nobody checked.
      redirect: 'error',
      signal,
    });
    text = await response.text();
  } catch {
    throw new CustomerSessionError('network');
  }
  return read(parse(text), response);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error is dropped: it quotes the text that it met, which may be half a secret.
    return null;
  }
}

// Of all three formats of the router: web, mobile and billing-sdk.
function read(body: unknown, { status, headers }: Response): CustomerSession {
  const {
    client_secret,
    clientSecret = client_secret,
    expires_at,
    expiresAt = expires_at,
    customer,
    customerId = customer,
    type,
    code,
  } = Object(body);
  const sentAt = Date.parse(headers.get('date') ?? '');
  const sound = typeof clientSecret === 'string' && /^[!-~]{8,5000}$/.test(clientSecret) && expiresAt > 0;
  if (status === 200 && sound) {
    const left = expiresAt * 1000 - (sentAt || Date.now());
    return {
      clientSecret,
      expiresAt: Date.now() + (sentAt ? left : Math.max(left, LEAST_LIFE_MS)),
      customerId,
    };
  }
  const known = String(type).endsWith(`:problem:${code}`);
  const after = headers.get('retry-after') ?? 0;
  throw new CustomerSessionError(
    known ? (code as CustomerSessionErrorCode) : 'invalid_response',
    status,
    Number(after) * 1000,
  );
}
