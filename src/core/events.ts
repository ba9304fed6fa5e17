import { channel } from 'node:diagnostics_channel';
import type { Request } from 'express';
import type { ProblemCode, StripeTrace } from './problem.js';

/** How a request ended: a session was issued, the client went away, or the code of the refusal. */
export type CustomerSessionOutcome = 'issued' | 'client_closed' | ProblemCode;

/** One per request. Frozen, plain, and without any secret, key, cookie or raw Stripe error. */
export interface CustomerSessionEvent extends Readonly<StripeTrace> {
  readonly outcome: CustomerSessionOutcome;
  /** The HTTP status of the answer; 499 when the client went away before there was one. */
  readonly status: number;
  /** From the request's arrival at the router to its answer, in ms. */
  readonly ms: number;
  /** The part of `ms` that Stripe took, waiting for a slot left out, in ms. */
  readonly stripeMs?: number;
  /** Stripe's answer: made with a live key. */
  readonly livemode?: boolean;
  /** The Stripe customer (`cus_…` or `acct_…`), once it was resolved. */
  readonly customer?: string;
  /** What the host's own callback or store threw. Given to `onEvent` alone, never Stripe's raw error. */
  readonly error?: unknown;
}

export type EventListener = (event: CustomerSessionEvent, req: Request) => unknown;

const events = channel('express-stripe-customer-session');

/** What is learnt on a request's way, for its one event. */
export interface Trace {
  note(learnt: Learnt): void;
  end(outcome: CustomerSessionOutcome, status: number): void;
}

type Learnt = Partial<Pick<CustomerSessionEvent, 'customer' | 'livemode' | 'stripeMs' | 'error'>> &
  StripeTrace;

export function startTrace(req: Request, listener: EventListener | undefined): Trace {
  const startedAt = performance.now();
  const learnt: Learnt = {};
  return {
    note: (more) => {
      Object.assign(learnt, more);
    },
    end: (outcome, status) => {
      emit(listener, { outcome, status, ms: performance.now() - startedAt, ...learnt }, req);
    },
  };
}

// A listener that throws or rejects changes nothing.
function emit(listener: EventListener | undefined, event: CustomerSessionEvent, req: Request): void {
  if (events.hasSubscribers) {
    const { error: _forOnEventAlone, ...published } = event;
    events.publish(Object.freeze(published));
  }
  if (listener === undefined) return;
  try {
    void Promise.resolve(listener(Object.freeze(event), req)).catch(ignore);
  } catch {
    // The listener's own failure is not this request's.
  }
}

function ignore(): void {}
