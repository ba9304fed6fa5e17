import { CustomerSessionError } from './errors.js';

/**
 * Settles as `work` does, or rejects with `timeout` or `aborted`, whichever comes first. It does not trust the work
 * to honour the signal that it is given: a polyfill of `fetch`, or a host's own function, may not.
 */
export function within<T>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const end = () => {
      clearTimeout(timer);
      // Also after an answer: a body that was not read to its end is read no further.
      controller.abort();
    };
    const giveUp = (code: 'aborted' | 'timeout') => {
      reject(new CustomerSessionError(code));
      end();
    };
    const cancel = () => giveUp('aborted');
    const timer = setTimeout(giveUp, timeoutMs, 'timeout');
    signal?.addEventListener('abort', cancel, { signal: controller.signal });
    if (signal?.aborted) cancel();
    else work(controller.signal).then(resolve, reject).finally(end);
  });
}
