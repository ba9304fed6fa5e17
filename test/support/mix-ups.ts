import type { StripeEmulator, StripeEmulatorFault, StripeEmulatorRequest } from '../../src/testing/index.js';

const SESSIONS = 'POST /v1/customer_sessions';

/** What a broken proxy does to Stripe's answers, each kind at these of a hundred requests. */
const AT = {
  /** The whole answer is exchanged with the next one's, its `Idempotency-Key` included. */
  swapped: [10, 11],
  /** Another customer's body under this request's own headers. */
  'swapped bodies': [30, 60],
  /** Sent twice: later answers on that connection belong to the request before. */
  duplicated: [45, 75],
  delayed: [20, 50, 80],
  /** The session is created, and the connection ends without the answer. */
  dropped: [35, 65, 95],
} as const;

export type MixUp = keyof typeof AT;
export const MIX_UPS = Object.keys(AT) as MixUp[];
export const shareOf = (kind: MixUp) => AT[kind].length / 100;

const LONGEST_DELAY_MS = 150;

/** What was done to answers, and who asked, by the idempotency keys that came in. */
export interface MixUpCounts {
  readonly did: Record<MixUp, number>;
  readonly keys: Set<string>;
}

/**
 * Makes the emulator mix up answers for sessions. It leaves the last requests of `requests` alone: an answer that waits
 * for another one to be swapped with must get one.
 */
export function mixUpAnswers(
  emulator: StripeEmulator,
  { requests, inFlight, counts }: { requests: number; inFlight: number; counts: MixUpCounts },
): void {
  let last: Record<string, unknown> = {};
  const remember = (answer: Record<string, unknown>) => {
    last = answer;
    return answer;
  };
  const swapBody = (answer: Record<string, unknown>) => {
    if (last.customer === undefined || last.customer === answer.customer) return answer;
    counts.did['swapped bodies'] += 1;
    return last;
  };
  const faults: Record<MixUp, () => StripeEmulatorFault> = {
    swapped: () => ({ mixUp: 'swap' }),
    'swapped bodies': () => ({ transform: swapBody }),
    duplicated: () => ({ mixUp: 'duplicate' }),
    delayed: () => ({ answerDelayMs: Math.random() * LONGEST_DELAY_MS }),
    dropped: () => ({ reset: 'after' }),
  };
  emulator.setFault(SESSIONS, ({ idempotencyKey = '' }: StripeEmulatorRequest, requestNumber) => {
    counts.keys.add(idempotencyKey);
    const kind = requestNumber <= requests - inFlight ? kindAt(requestNumber) : undefined;
    if (kind === undefined) return { transform: remember };
    if (kind !== 'swapped bodies') counts.did[kind] += 1;
    return faults[kind]();
  });
}

export function noMixUps(): MixUpCounts {
  const did = { swapped: 0, 'swapped bodies': 0, duplicated: 0, delayed: 0, dropped: 0 };
  return { did, keys: new Set() };
}

function kindAt(requestNumber: number): MixUp | undefined {
  const place: number = requestNumber % 100;
  return MIX_UPS.find((kind) => AT[kind].some((at) => at === place));
}
