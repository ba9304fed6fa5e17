import type { Deadline } from './deadline.js';
import { CustomerSessionProblem } from './problem.js';
import type { Awaitable } from './types.js';

/**
 * A callback of the host's, within the deadline. What it throws is the host's own fault and never shown to the caller (H7);
 * a problem goes on as it is.
 */
export async function askHost<T>(name: string, deadline: Deadline, callback: () => Awaitable<T>): Promise<T> {
  try {
    return await deadline.within(name, callback());
  } catch (error) {
    if (error instanceof CustomerSessionProblem) throw error;
    throw new CustomerSessionProblem('internal_error', { reason: name, cause: error });
  }
}
