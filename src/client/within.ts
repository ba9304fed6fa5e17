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
  const controller = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    const end = (code: 'aborted' | 'timeout') => {
      reject(new CustomerSessionError(code));
      controller.abort();
    };
    const cancel = () => end('aborted');
    const timer = setTimeout(end, timeoutMs, 'timeout');
    controller.signal.onabort = () => clearTimeout(timer);
    signal?.addEventListener('abort', cancel, controller);
    if (signal?.aborted) cancel();
  });
  return Promise.race([ended, work(controller.signal)]).finally(() => controller.abort());
}
