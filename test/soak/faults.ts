import type { StripeEmulator, StripeEmulatorFault } from '../../src/testing/index.js';

/** What goes wrong at Stripe or on the way there: each in one of a hundred requests for a session, so 9 % in all. */
const FAULTS: Readonly<Record<string, StripeEmulatorFault>> = {
  'status 500': { status: 500 },
  'status 503': { status: 503 },
  'status 429': { status: 429 },
  'reset before the answer': { reset: 'before' },
  'answer lost': { reset: 'after' },
  hang: { hang: 'after' },
  'slow by 1.5 s': { answerDelayMs: 1_500 },
  'no JSON': { rawBody: '{"object":"customer_session","client_secret":"cuss_sec' },
  'answered twice': { mixUp: 'duplicate' },
};

const EVERY = 11;

/** What was done by kind, of all requests for a session. */
export interface FaultCounts {
  asked: number;
  readonly done: Record<string, number>;
}

/** Sets the faults, and counts what they do. */
export function mixFaults(emulator: StripeEmulator): FaultCounts {
  const counts: FaultCounts = {
    asked: 0,
    done: Object.fromEntries(Object.keys(FAULTS).map((name) => [name, 0])),
  };
  const faults = Object.entries(FAULTS);
  emulator.setFault('POST /v1/customer_sessions', (_request, requestNumber) => {
    counts.asked += 1;
    const place = requestNumber % 100;
    const [name, fault] = (place % EVERY === 0 && faults[place / EVERY - 1]) || [];
    if (name === undefined) return undefined;
    counts.done[name] = (counts.done[name] ?? 0) + 1;
    return fault;
  });
  return counts;
}
