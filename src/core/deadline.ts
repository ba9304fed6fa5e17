import { Problem } from './problem.js';

/** One deadline over several steps: whichever step is under way when it passes fails with `timeout`. */
export interface Deadline {
  /** What is left, in ms; at least 1. */
  leftMs(): number;
  /** The value of `step`, or a rejection with `timeout` once the deadline has passed. */
  within<T>(step: T | PromiseLike<T>): Promise<T>;
  /** To be called at the end: frees the timer. */
  clear(): void;
}

export function startDeadline(ms: number): Deadline {
  const endsAt = performance.now() + ms;
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Problem('timeout')), ms);
  });
  // Nobody may be waiting when it passes.
  passed.catch(() => undefined);
  return {
    leftMs: () => Math.max(1, Math.ceil(endsAt - performance.now())),
    within: (step) => Promise.race([step, passed]),
    clear: () => clearTimeout(timer),
  };
}
