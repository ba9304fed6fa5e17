import type { CustomerSessionProblem } from '../../src/core/problem.js';
import { holding, type Slot, Slots } from '../../src/stripe/slots.js';

// The clock is the test's: what the room does depends on time alone, and no machine's speed may decide it.
beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

const FAR = { leftMs: 60_000 };

function room({ maxInFlight = 2, maxWaiting = 4, longestWaitMs = 1_000 } = {}) {
  return new Slots({ maxInFlight, maxWaiting, longestWaitMs });
}

/** What became of a request for a slot, once it is known. */
function follow(request: Promise<Slot>): { slot?: Slot; reason?: string | undefined } {
  const outcome: { slot?: Slot; reason?: string | undefined } = {};
  request.then(
    (slot) => Object.assign(outcome, { slot }),
    (problem: CustomerSessionProblem) => {
      expect(problem).toMatchObject({ code: 'overloaded', status: 503, retryAfterMs: 1_000 });
      Object.assign(outcome, { reason: problem.reason });
    },
  );
  return outcome;
}

const settle = () => jest.advanceTimersByTimeAsync(0);

test('H9 as many as may be open; the next wait and are served in the order of arrival', async () => {
  const slots = room();
  const all = Array.from({ length: 5 }, () => follow(slots.acquire(FAR)));
  await settle();
  expect(all.map(({ slot }) => slot !== undefined)).toEqual([true, true, false, false, false]);
  expect(slots.state).toEqual({ inFlight: 2, waiting: 3 });
  all[1]?.slot?.release();
  all[1]?.slot?.release();
  await settle();
  expect(all.map(({ slot }) => slot !== undefined)).toEqual([true, true, true, false, false]);
  expect(slots.state).toEqual({ inFlight: 2, waiting: 2 });
});

test('H9 beyond maxWaiting, and with none, a request is refused at once', async () => {
  const slots = room({ maxWaiting: 1 });
  const all = Array.from({ length: 4 }, () => follow(slots.acquire(FAR)));
  const none = room({ maxInFlight: 1, maxWaiting: 0 });
  const [, refused] = [follow(none.acquire(FAR)), follow(none.acquire(FAR))];
  await settle();
  expect([all[3]?.reason, refused?.reason]).toEqual(['room_full', 'room_full']);
});

test('H9 a burst is smoothed while calls end: nobody is refused', async () => {
  const slots = room({ maxInFlight: 16, maxWaiting: 64 });
  let served = 0;
  const answer = async () => {
    const slot = await slots.acquire(FAR);
    setTimeout(() => {
      served += 1;
      slot.release();
    }, 300);
  };
  const burst = Promise.all(Array.from({ length: 60 }, answer));
  await jest.advanceTimersByTimeAsync(1_300);
  await burst;
  expect(served).toBe(60);
});

test('H9 who has waited for a second, or for what is left of the deadline, is refused', async () => {
  const slots = room({ maxInFlight: 1 });
  const held = follow(slots.acquire(FAR));
  await jest.advanceTimersByTimeAsync(500);
  const [patient, short] = [follow(slots.acquire(FAR)), follow(slots.acquire({ leftMs: 200 }))];
  await jest.advanceTimersByTimeAsync(200);
  expect([patient.reason, short.reason]).toEqual([undefined, 'waited']);
  held.slot?.release();
  const next = follow(slots.acquire(FAR));
  await jest.advanceTimersByTimeAsync(999);
  expect([patient.slot !== undefined, next.reason]).toEqual([true, undefined]);
  await jest.advanceTimersByTimeAsync(1);
  expect(next.reason).toMatch(/waited|room_closed/);
});

test('H9 while calls are open and none has ended for a second, the room is emptied and closed', async () => {
  const slots = room({ maxInFlight: 2, longestWaitMs: 5_000 });
  const [first] = [follow(slots.acquire(FAR)), follow(slots.acquire(FAR))];
  const waiting = follow(slots.acquire(FAR));
  await jest.advanceTimersByTimeAsync(1_001);
  const late = follow(slots.acquire(FAR));
  await settle();
  expect([waiting.reason, late.reason]).toEqual(['room_closed', 'room_closed']);
  first?.slot?.release();
  const [free, waits] = [follow(slots.acquire(FAR)), follow(slots.acquire(FAR))];
  await settle();
  expect([free.slot !== undefined, waits.reason]).toEqual([true, undefined]);
});

test('H9 a hang that outlasts its calls keeps the room closed, until Stripe answers one', async () => {
  const slots = room({ maxInFlight: 1, longestWaitMs: 5_000 });
  const stuck = follow(slots.acquire(FAR));
  const waiting = follow(slots.acquire(FAR));
  await jest.advanceTimersByTimeAsync(7_000);
  stuck.slot?.release(false);
  const [next, late] = [follow(slots.acquire(FAR)), follow(slots.acquire(FAR))];
  await settle();
  expect([waiting.reason, next.slot !== undefined, late.reason]).toEqual([
    'room_closed',
    true,
    'room_closed',
  ]);
  next.slot?.release();
  const [first, second] = [follow(slots.acquire(FAR)), follow(slots.acquire(FAR))];
  await settle();
  expect([first.slot !== undefined, second.reason, slots.state.waiting]).toEqual([true, undefined, 1]);
});

test.each([
  ['an answer, however late', 5_000, false, true],
  ['a refusal that comes soon', 500, true, true],
  ['a failure after a second', 1_000, true, false],
])('H9 %s: whether it says that Stripe answers', async (_name, ms, fails, isSign) => {
  const release = jest.fn();
  const held = holding({ release }, async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (fails) throw new Error('refused');
  }).catch(() => undefined);
  await jest.advanceTimersByTimeAsync(ms);
  await held;
  expect(release.mock.calls.map(([sign = true]) => sign)).toEqual([isSign]);
});

test('H9 a call that never ends gives its slot back after five minutes, which is no sign of Stripe', async () => {
  const release = jest.fn();
  void holding({ release }, () => new Promise(() => undefined));
  await jest.advanceTimersByTimeAsync(299_999);
  expect(release).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1);
  expect(release.mock.calls).toEqual([[false]]);
});

test('H9 a call that ends leaves no timer, whatever became of it', async () => {
  const release = jest.fn();
  await holding({ release }, async () => 'answer');
  await holding({ release }, () => Promise.reject(new Error('refused'))).catch(() => undefined);
  expect(release).toHaveBeenCalledTimes(2);
  expect(jest.getTimerCount()).toBe(0);
});

test('H9 one stuck call closes nothing while others end', async () => {
  const slots = room({ maxInFlight: 2, longestWaitMs: 5_000 });
  follow(slots.acquire(FAR));
  let current = follow(slots.acquire(FAR));
  for (let round = 0; round < 10; round += 1) {
    const waiting = follow(slots.acquire(FAR));
    await jest.advanceTimersByTimeAsync(900);
    current.slot?.release();
    await settle();
    expect(waiting.slot).toBeDefined();
    current = waiting;
  }
});

test('H14 who hangs up leaves the room to others, and is not listened to any more', async () => {
  const slots = room({ maxInFlight: 1, maxWaiting: 1 });
  const held = follow(slots.acquire(FAR));
  const listeners = new Set<() => void>();
  const whenGone = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const gone = follow(slots.acquire({ ...FAR, whenGone }));
  for (const listener of listeners) listener();
  await settle();
  expect(gone.reason).toBe('client_closed');
  expect(listeners.size).toBe(0);
  const next = follow(slots.acquire({ ...FAR, whenGone }));
  held.slot?.release();
  await settle();
  expect(next.slot).toBeDefined();
  expect(listeners.size).toBe(0);
  expect(slots.state).toEqual({ inFlight: 1, waiting: 0 });
});
