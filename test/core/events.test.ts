import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Request } from 'express';
import { type CustomerSessionEvent, createReporter, startTrace } from '../../src/core/events.js';
import { CustomerSessionProblem, type ProblemCode } from '../../src/core/problem.js';
import { warningOf } from '../../src/core/warnings.js';

const REQ = {} as Request;

function eventsOf(run: (trace: ReturnType<typeof startTrace>) => void): CustomerSessionEvent[] {
  const events: CustomerSessionEvent[] = [];
  run(
    startTrace(
      REQ,
      createReporter((event) => events.push(event)),
    ),
  );
  return events;
}

describe('the event of a request', () => {
  it('is one, of the first ending', () => {
    const events = eventsOf((trace) => {
      trace.unanswered('client_closed');
      trace.issued();
      trace.refused(new CustomerSessionProblem('timeout'));
    });
    expect(events).toEqual([
      { outcome: 'client_closed', status: 499, reason: 'client_closed', ms: expect.any(Number) },
    ]);
  });

  it('tells how long it took in ms, and has no member without a value', () => {
    const [event] = eventsOf((trace) => trace.refused(new CustomerSessionProblem('unauthenticated')));
    expect(event).toStrictEqual({ outcome: 'unauthenticated', status: 401, ms: expect.any(Number) });
    expect(event?.ms).toBeGreaterThanOrEqual(0);
    expect(event?.ms).toBeLessThan(performance.now());
    expect(Object.isFrozen(event)).toBe(true);
  });

  it('tells what was learnt, and what failed to the listener alone', () => {
    const published: unknown[] = [];
    const hear = (event: unknown) => void published.push(event);
    subscribe('express-stripe-customer-session', hear);
    const cause = new Error('database');
    const [event] = eventsOf((trace) => {
      trace.note({ customer: 'cus_1', stripeMs: 3 });
      trace.refused(new CustomerSessionProblem('internal_error', { reason: 'authenticate', cause }));
    });
    unsubscribe('express-stripe-customer-session', hear);
    const told = {
      outcome: 'internal_error',
      status: 500,
      reason: 'authenticate',
      customer: 'cus_1',
      stripeMs: 3,
      ms: event?.ms,
    };
    expect(event).toStrictEqual({ ...told, error: cause });
    expect(published).toStrictEqual([told]);
  });

  it.each([
    () => {
      throw new Error('a listener');
    },
    () => Promise.reject(new Error('a listener')),
    undefined,
  ])('is nobody’s trouble: %#', (listener) => {
    expect(() => startTrace(REQ, createReporter(listener)).issued()).not.toThrow();
  });
});

describe('with NODE_DEBUG=customer-session', () => {
  const stripe = { stripeStatus: 400, stripeCode: 'bad', stripeParam: 'limit', stripeRequestId: 'req_1' };

  function linesOf(enabled: boolean, run: (trace: ReturnType<typeof startTrace>) => void): string[] {
    const lines: string[] = [];
    const sections: string[] = [];
    jest.isolateModules(() => {
      const util = jest.requireActual('node:util');
      const debug = Object.assign((...given: unknown[]) => void lines.push(util.format(...given)), {
        enabled,
      });
      const debuglog = (section: string) => {
        sections.push(section);
        return debug;
      };
      jest.doMock('node:util', () => ({ ...util, debuglog }));
      const { createReporter: reporterOf, startTrace: start } = require('../../src/core/events.js');
      run(
        start(
          REQ,
          reporterOf(() => undefined),
        ),
      );
      jest.dontMock('node:util');
    });
    expect(sections).toEqual(['customer-session']);
    return lines;
  }

  it.each<[ProblemCode, object, string]>([
    ['unauthenticated', {}, '401 unauthenticated: Sign in first. See docs/problems.md#unauthenticated'],
    [
      'misconfigured',
      { reason: 'bad', stripe },
      '500 misconfigured (bad, 400, limit, req_1): The server is not set up for this. See docs/problems.md#misconfigured',
    ],
  ])('a refusal is one line: %s', (code, details, line) => {
    expect(linesOf(true, (trace) => trace.refused(new CustomerSessionProblem(code, details)))).toEqual([
      line,
    ]);
  });

  it('so is a caller who left, and a session is none', () => {
    expect(linesOf(true, (trace) => trace.unanswered('already_answered'))).toEqual([
      '499 client_closed (already_answered): The client went away, or somebody else had answered.',
    ]);
    expect(linesOf(true, (trace) => trace.issued())).toEqual([]);
  });

  it('without it there is none', () => {
    expect(linesOf(false, (trace) => trace.unanswered('client_closed'))).toEqual([]);
  });
});

it('a customer that Stripe does not create is warned of as that', () => {
  const stripe = {
    stripeStatus: 400,
    stripeCode: 'email_invalid',
    stripeParam: 'email',
    stripeRequestId: 'req_1',
  };
  const problem = new CustomerSessionProblem('misconfigured', { reason: 'creation_refused', stripe });
  expect(warningOf(problem, { isHeard: true })).toEqual({
    code: 'ESCS_CREATION_REFUSED',
    text:
      'Stripe refused to create a customer (400, email_invalid, param email, req_1). Check what profile() gives. ' +
      'Callers get 500 misconfigured. This is said once.',
  });
});
