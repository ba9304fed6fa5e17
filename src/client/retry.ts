import type { CustomerSession } from './answer.js';
import { CustomerSessionError, mayPass } from './errors.js';
import { type FetchCustomerSessionOptions, request } from './fetch.js';
import { within } from './within.js';

const ATTEMPTS = 3;
const PAUSE_MS = 150;

/** Up to three requests, their pauses included, within `timeoutMs`; only what may pass by itself is asked again. */
export function requestPatiently(
  url: string | URL,
  options: FetchCustomerSessionOptions & { timeoutMs: number },
): Promise<CustomerSession> {
  const { timeoutMs, signal } = options;
  const end = Date.now() + timeoutMs;
  return within(timeoutMs, signal, async (ended) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await request(url, options, ended);
      } catch (error) {
        // A request rejects with nothing else.
        const failure = error as CustomerSessionError;
        const pauseMs = pauseAfter(failure, attempt);
        if (attempt === ATTEMPTS || !mayPass(failure) || Date.now() + pauseMs >= end) throw failure;
        await pause(pauseMs, ended);
      }
    }
  });
}

// `Retry-After` is a lower bound; the jitter on top keeps browsers that were refused together from coming back together.
function pauseAfter({ retryAfterMs }: CustomerSessionError, attempt: number): number {
  const own = PAUSE_MS * attempt;
  return Math.max(retryAfterMs, own) + own * Math.random();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new CustomerSessionError('aborted'));
    });
  });
}
