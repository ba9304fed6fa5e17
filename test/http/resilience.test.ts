import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, call, expectProblem, fromBrowser } from '../support/call.js';
import { startHost, type TestHost } from '../support/host.js';

const SESSIONS = 'POST /v1/customer_sessions';

async function withHost(options: object, use: (host: TestHost) => Promise<void>): Promise<void> {
  const host = await startHost({ options: { rateLimit: false, ...options } });
  try {
    await use(host);
  } finally {
    await host.close();
  }
}

const ask = (host: TestHost) => call(host, { headers: fromBrowser(host) });

function countBy(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('H10 retry safety', () => {
  it('H10 a Stripe that creates the session and then resets: one session, two requests, one key', () =>
    withHost({}, async (host) => {
      host.emulator.setFault(SESSIONS, { reset: 'after' }, { times: 1 });
      const answer = await ask(host);
      expect(answer.status).toBe(200);
      expect(host.emulator.sessions.map(({ clientSecret }) => clientSecret)).toEqual([
        answer.json.client_secret,
      ]);
      expect(host.emulator.requests).toHaveLength(2);
      expect(new Set(host.emulator.requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    }));

  it('H10 the same, when it resets each time', () =>
    withHost({}, async (host) => {
      host.emulator.setFault(SESSIONS, { reset: 'after' });
      expectProblem(await ask(host), 502, 'stripe_unavailable');
      expect(host.emulator.sessions).toHaveLength(1);
      expect(host.emulator.requests).toHaveLength(2);
    }));

  it('H10 a kept connection that Stripe has closed costs no failure', () =>
    withHost({}, async (host) => {
      expect((await ask(host)).status).toBe(200);
      host.emulator.setFault(SESSIONS, { reset: 'before' }, { times: 1 });
      expect((await ask(host)).status).toBe(200);
      expect(host.emulator.sessions).toHaveLength(2);
    }));
});

describe('H9 the waiting room', () => {
  it('H9 smooths a burst of 60 with the default caps', () =>
    withHost({}, async (host) => {
      host.emulator.setLatency(200);
      const answers = await Promise.all(Array.from({ length: 60 }, () => ask(host)));
      expect(countBy(answers)).toEqual({ 200: 60 });
    }));

  it('H9 sheds at once while Stripe hangs, and opens again when it answers', () =>
    withHost({ deadlineMs: 2_500 }, async (host) => {
      host.emulator.setFault(SESSIONS, { hang: true });
      const first = Array.from({ length: 40 }, () => ask(host));
      // 16 are open and 24 wait, until the oldest call is one second old.
      await sleep(1_300);
      const before = host.events.length;
      expect(before).toBe(24);
      const shed = await Promise.all(Array.from({ length: 20 }, () => ask(host)));
      expect(countBy(shed)).toEqual({ 503: 20 });
      expect(host.emulator.requests).toHaveLength(16);
      host.emulator.setFault(SESSIONS, undefined);
      const hung = countBy(await Promise.all(first));
      expect(hung[503]).toBe(24);
      expect((hung[504] ?? 0) + (hung[200] ?? 0)).toBe(16);
      await sleep(500);
      // One call that ends soon opens the room again.
      expect((await ask(host)).status).toBe(200);
      expect(countBy(await Promise.all(Array.from({ length: 30 }, () => ask(host))))).toEqual({ 200: 30 });
    }));

  it('H9 serves in the order of arrival', () =>
    withHost({ maxInFlight: 1, maxWaiting: 10 }, async (host) => {
      host.emulator.setLatency(40);
      const finished: number[] = [];
      const calls: Array<Promise<unknown>> = [];
      for (let place = 0; place < 5; place += 1) {
        calls.push(ask(host).then(() => finished.push(place)));
        await sleep(15);
      }
      await Promise.all(calls);
      expect(finished).toEqual([0, 1, 2, 3, 4]);
    }));
});
