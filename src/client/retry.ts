import type { CustomerSession } from './answer.js';
import { type CustomerSessionError, mayPass } from './errors.js';
import { type FetchCustomerSessionOptions, request } from './fetch.js';
import { within } from './within.js';

// What a buyer waits for a session at most.
const TOTAL_MS = 5_000;
const ATTEMPTS = 3;
const PAUSE_MS = 150;

/** Up to three requests, their pauses included, within `timeoutMs`; only what may pass by itself is asked again. */
export function requestPatiently(
  url: string | URL,
  options: FetchCustomerSessionOptions,
  controller: AbortController,
): Promise<CustomerSession> {
  const { timeoutMs = TOTAL_MS } = options;
  const end = Date.now() + timeoutMs;
  return within(timeoutMs, controller, async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await request(url, options, controller.signal);
      } catch (error) {
        // A request rejects with nothing else.
        const failure = error as CustomerSessionError;
        const pauseMs = pauseAfter(failure, attempt);
        if (attempt === ATTEMPTS || !mayPass(failure) || Date.now() + pauseMs >= end) throw failure;
        await pause(pauseMs, controller.signal);
      }
    }
  });
}

// `Retry-After` is a lower bound; the jitter on top keeps browsers that were refused together from coming back together.
function pauseAfter({ retryAfterMs }: CustomerSessionError, attempt: number): number {
  const own = PAUSE_MS * attempt;
  return Math.max(retryAfterMs, own) + own * Math.random();
}

// Cut short, it never ends: whoever waits has been told by then.
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
