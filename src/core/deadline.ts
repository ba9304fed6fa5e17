import { CustomerSessionProblem } from './problem.js';
import type { Awaitable } from './types.js';

/** One deadline over several steps: whichever step is under way when it passes fails with `timeout`. */
export interface Deadline {
  /** What is left, in ms; at least 1. */
  leftMs(): number;
  /** The value of `step`, or a rejection with `timeout` and the step's name once the deadline has passed. */
  within<T>(name: string, step: Awaitable<T>): Promise<T>;
  /** To be called at the end: frees the timer. */
  clear(): void;
}

export function startDeadline(ms: number): Deadline {
  const endsAt = performance.now() + ms;
  let stepName: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CustomerSessionProblem('timeout', { reason: stepName })), ms).unref();
  });
  // Nobody may be waiting when it passes.
  passed.catch(() => undefined);
  return {
    leftMs: () => Math.max(1, Math.ceil(endsAt - performance.now())),
    within: (name, step) => {
      stepName = name;
      return Promise.race([step, passed]);
    },
    clear: () => clearTimeout(timer),
  };
}

const deadlines = new WeakMap<object, Deadline>();

/** The deadline of the request that a host's callback was called for, once `shareDeadline` has told it. */
export function deadlineOf(req: object): Deadline | undefined {
  return deadlines.get(req);
}

export function shareDeadline(req: object, deadline: Deadline): void {
  deadlines.set(req, deadline);
}
