import type { Answer } from './answer.js';
import { errorAnswer, type StripeErrorBody } from './errors.js';
import { newId } from './ids.js';
import { checkDelay, checkFault, checkRoute, fail } from './options.js';
import type { StripeEmulatorFault } from './types.js';

interface Entry {
  readonly fault: StripeEmulatorFault;
  left: number;
  seen: number;
}

/** A fault as one request meets it. */
export interface ActiveFault {
  readonly fault: StripeEmulatorFault;
  /** Which of the fault's requests this is, from 1. */
  readonly requestNumber: number;
}

/** The faults that are set, by route. */
export class Faults {
  latencyMs = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #routes: readonly string[];

  constructor(routes: readonly string[]) {
    this.#routes = [...routes, '*'];
  }

  set(route: string, fault: StripeEmulatorFault | undefined, times = Infinity): void {
    checkRoute('route', route, this.#routes);
    if (!(times > 0)) fail('times', 'must be above 0');
    if (fault === undefined) {
      this.#entries.delete(route);
      return;
    }
    checkFault(fault);
    this.#entries.set(route, { fault, left: times, seen: 0 });
  }

  setLatency(ms: number): void {
    checkDelay('latency', ms);
    this.latencyMs = ms;
  }

  /** The fault that a request on this route meets; each call uses up one of its times. */
  take(route: string | undefined): ActiveFault | undefined {
    const name = route !== undefined && this.#entries.has(route) ? route : '*';
    const entry = this.#entries.get(name);
    if (!entry) return undefined;
    entry.left -= 1;
    entry.seen += 1;
    if (entry.left <= 0) this.#entries.delete(name);
    return { fault: entry.fault, requestNumber: entry.seen };
  }

  clear(): void {
    this.#entries.clear();
    this.latencyMs = 0;
  }
}

/** What a fault answers in place of processing, if it does. */
export function answerInstead(fault: StripeEmulatorFault | undefined): Answer | undefined {
  const { status = fault?.error ? 400 : 200, error } = fault ?? {};
  if (status < 400) return undefined;
  return { status, body: errorAnswer({ ...defaultError(status), ...error }), requestId: newId('req_') };
}

/** An answer as a fault lets it out. */
export function distort(answer: Answer, active: ActiveFault | undefined): Answer {
  if (!active) return answer;
  const { status, headers, transform } = active.fault;
  // The transform may change its argument in place: the state and the kept answers share their parts with it.
  const changed = answer.status < 300 && transform;
  return {
    ...answer,
    status: answer.status < 300 ? (status ?? answer.status) : answer.status,
    body: changed ? transform(structuredClone(answer.body), active.requestNumber) : answer.body,
    headers: { ...answer.headers, ...headers },
  };
}

function defaultError(status: number): StripeErrorBody {
  if (status >= 500) return { type: 'api_error', message: 'An error that the emulator was told to answer.' };
  if (status === 402)
    return { type: 'card_error', message: 'A card error that the emulator was told to answer.' };
  const message = `A ${status} that the emulator was told to answer.`;
  return { type: 'invalid_request_error', message, ...(status === 429 ? { code: 'rate_limit' } : {}) };
}
