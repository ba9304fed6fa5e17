import { CustomerSessionError } from './errors.js';

/**
 * Settles as `work` does, or rejects with `timeout`, or with `aborted` when the controller is told to, whichever comes
 * first. It does not trust the work to honour the signal: a polyfill of `fetch`, or a host's own function, may not.
 */
export function within<T>(
  timeoutMs: number,
  controller: AbortController,
  work: () => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new CustomerSessionError('timeout'));
      controller.abort();
    }, timeoutMs);
    controller.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new CustomerSessionError('aborted'));
    });
    // Also after an answer: a body that was not read to its end is read no further.
    work()
      .then(resolve, reject)
      .finally(() => controller.abort());
  });
}
