import { type Answer, errorAnswer, type StripeErrorBody } from './errors.js';
import type {
  StripeEmulatorFault,
  StripeEmulatorFaultChooser,
  StripeEmulatorRequest,
} from './fault-types.js';
import { newId } from './ids.js';
import { checkDelay, checkFault, checkRoute, fail } from './options.js';

interface Entry {
  readonly fault: StripeEmulatorFault | StripeEmulatorFaultChooser;
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

  set(route: string, fault: Entry['fault'] | undefined, times = Infinity): void {
    checkRoute('route', route, this.#routes);
    if (!(times > 0)) fail('times', 'must be above 0');
    if (fault === undefined) {
      this.#entries.delete(route);
      return;
    }
    if (typeof fault !== 'function') checkFault(fault);
    this.#entries.set(route, { fault, left: times, seen: 0 });
  }

  setLatency(ms: number): void {
    checkDelay('latency', ms);
    this.latencyMs = ms;
  }

  /** The fault that a request meets, with the latency of all; each call uses up one of its times. */
  take(request: StripeEmulatorRequest): ActiveFault {
    const name = request.route !== undefined && this.#entries.has(request.route) ? request.route : '*';
    const entry = this.#entries.get(name);
    if (!entry) return { fault: { delayMs: this.latencyMs }, requestNumber: 0 };
    entry.left -= 1;
    entry.seen += 1;
    if (entry.left <= 0) this.#entries.delete(name);
    const chosen = typeof entry.fault === 'function' ? entry.fault(request, entry.seen) : entry.fault;
    const fault = chosen ?? {};
    checkFault(fault);
    return {
      fault: { ...fault, delayMs: this.latencyMs + (fault.delayMs ?? 0) },
      requestNumber: entry.seen,
    };
  }

  clear(): void {
    this.#entries.clear();
    this.latencyMs = 0;
  }
}

/** What a fault answers in place of processing, if it does. */
export function answerInstead({ status, error }: StripeEmulatorFault): Answer | undefined {
  const instead = status ?? (error ? 400 : 200);
  if (instead < 400) return undefined;
  const body = errorAnswer({ ...defaultError(instead), ...error });
  return { status: instead, body, requestId: newId('req_') };
}

/** An answer as a fault lets it out. */
export function distort(answer: Answer, { fault, requestNumber }: ActiveFault): Answer {
  const { status, headers, transform } = fault;
  const isFine = answer.status < 300;
  return {
    ...answer,
    status: isFine ? (status ?? answer.status) : answer.status,
    // The transform may change its argument in place: the state and the kept answers share their parts with it.
    body: isFine && transform ? transform(structuredClone(answer.body), requestNumber) : answer.body,
    headers: { ...answer.headers, ...headers },
  };
}

function defaultError(status: number): StripeErrorBody {
  const message = `A ${status} that the emulator was told to answer.`;
  if (status >= 500) return { type: 'api_error', message };
  if (status === 402) return { type: 'card_error', message };
  return { type: 'invalid_request_error', message, ...(status === 429 ? { code: 'rate_limit' } : {}) };
}
