import { channel } from 'node:diagnostics_channel';
import type { Request } from 'express';
import { explain } from './explain.js';
import type { CustomerSessionProblem, ProblemCode, StripeTrace } from './problem.js';
import { type WarnOnce, warnOnce } from './warn-once.js';
import { warningOf } from './warnings.js';

/** How a request ended: a session was issued, the client went away, or the code of the refusal. */
export type CustomerSessionOutcome = 'issued' | 'client_closed' | ProblemCode;

/** One per request. Frozen, plain, and without any secret, key, cookie or raw Stripe error. */
export interface CustomerSessionEvent extends Readonly<StripeTrace> {
  /** How it ended: `issued`, `client_closed`, or the code of the refusal. */
  readonly outcome: CustomerSessionOutcome;
  /** The HTTP status of the answer; 499 when the client went away before there was one. */
  readonly status: number;
  /** From the request's arrival to its answer, in ms. */
  readonly ms: number;
  /** The part of `ms` that Stripe took, waiting for a slot left out, in ms. */
  readonly stripeMs?: number;
  /** Stripe's answer: made with a live key. */
  readonly livemode?: boolean;
  /** The Stripe customer (`cus_…` or `acct_…`), once it was resolved. */
  readonly customer?: string;
  /** Why, as a word: `ECONNREFUSED`, `livemode`, `no_origin`. Every 403 and 5xx has one. */
  readonly reason?: string;
  /**
   * What the host's own callback or store threw; a copy of its name, code and stack where it holds an error of
   * stripe-node. Given to `onEvent` alone.
   */
  readonly error?: unknown;
}

export type EventListener = (event: CustomerSessionEvent, req: Request) => unknown;

/** Who is told of requests: the host's listener, and whoever reads warnings, each of which is said once. */
export interface Reporter {
  readonly onEvent: EventListener | undefined;
  readonly warn: WarnOnce;
}

export function createReporter(onEvent: EventListener | undefined): Reporter {
  return { onEvent, warn: warnOnce() };
}

/** What is learnt on a request's way, for its one event. The first of the three endings counts. */
export interface Trace {
  note(learnt: Learnt): void;
  issued(): void;
  refused(problem: CustomerSessionProblem): void;
  /** There is nobody to answer: the client went away, or somebody else has answered. */
  unanswered(reason: string): void;
}

type Learnt = Partial<Pick<CustomerSessionEvent, 'customer' | 'livemode' | 'stripeMs'>> & StripeTrace;

const events = channel('express-stripe-customer-session');

export function startTrace(req: Request, reporter: Reporter): Trace {
  const startedAt = performance.now();
  const learnt: Learnt = {};
  let ended = false;

  function end(ending: Pick<CustomerSessionEvent, 'outcome' | 'status' | 'reason' | 'error'>): void {
    if (ended) return;
    ended = true;
    const event = { ...ending, ms: performance.now() - startedAt, ...learnt };
    explain(event);
    emit(reporter.onEvent, event, req);
  }

  return {
    note: (more) => {
      Object.assign(learnt, more);
    },
    issued: () => end({ outcome: 'issued', status: 200 }),
    unanswered: (reason) => end({ outcome: 'client_closed', status: 499, reason }),
    refused: (problem) => {
      const { code, status, reason, stripe, cause } = problem;
      Object.assign(learnt, stripe);
      end({
        outcome: code,
        status,
        ...(reason === undefined ? {} : { reason }),
        ...(cause === undefined ? {} : { error: cause }),
      });
      const warning = warningOf(problem, { isHeard: reporter.onEvent !== undefined });
      if (warning !== undefined) reporter.warn(warning.code, warning.text);
    },
  };
}

// A listener that throws or rejects changes nothing.
function emit(listener: EventListener | undefined, event: CustomerSessionEvent, req: Request): void {
  if (events.hasSubscribers) {
    const { error: _forOnEventAlone, ...published } = event;
    events.publish(Object.freeze(published));
  }
  try {
    void Promise.resolve(listener?.(Object.freeze(event), req)).catch(ignore);
  } catch {
    // The listener's own failure is not this request's.
  }
}

function ignore(): void {}
