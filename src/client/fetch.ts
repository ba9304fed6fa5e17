import { type CustomerSession, readAnswer } from './answer.js';
import { CustomerSessionError } from './errors.js';
import { within } from './within.js';

/** Options of `fetchCustomerSession`. All have defaults. */
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

/**
 * Asks the router at `url` for one session: one POST, no retry, nothing kept.
 *
 * @throws {CustomerSessionError} whatever goes wrong; see its `code`.
 */
export function fetchCustomerSession(
  url: string | URL,
  options: FetchCustomerSessionOptions = {},
): Promise<CustomerSession> {
  const { signal, timeoutMs = 10_000 } = options;
  const controller = new AbortController();
  const answer = within(timeoutMs, controller, () => request(url, options, controller.signal));
  if (signal?.aborted) controller.abort();
  signal?.addEventListener('abort', () => controller.abort(), { signal: controller.signal });
  return answer;
}

/** One request, for as long as `signal` lets it. */
export async function request(
  url: string | URL,
  options: FetchCustomerSessionOptions,
  signal: AbortSignal,
): Promise<CustomerSession> {
  const { fetch: send = fetch, headers = {}, credentials = 'same-origin' } = options;
  try {
    // Always a tick later, so that a request which is cancelled in the same breath is never sent.
    const sent = await (typeof headers === 'function' ? headers() : headers);
    if (signal.aborted) throw new CustomerSessionError('aborted');
    const response = await send(url, {
      method: 'POST',
      headers: sent,
      credentials,
      cache: 'no-store',
      // A redirect would fetch the secret by way of a place that nobody checked.
      redirect: 'error',
      signal,
    });
    return await readAnswer(response);
  } catch (error) {
    throw error instanceof CustomerSessionError ? error : new CustomerSessionError('network');
  }
}
