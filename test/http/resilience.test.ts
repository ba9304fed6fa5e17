import { type Answer, call, expectProblem, fromBrowser } from '../support/call.js';
import { startHost, type TestHost } from '../support/host.js';
import { until } from '../support/until.js';

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

describe('H9 the waiting room (its times: test/stripe/slots)', () => {
  it('H9 is emptied while Stripe hangs, and a request is then refused at once', () =>
    withHost({ deadlineMs: 50_000 }, async (host) => {
      host.emulator.setFault(SESSIONS, { hang: true });
      const first = Array.from({ length: 40 }, () => ask(host));
      // 16 calls hang; of the others each is told, and none of them by the deadline.
      await until(() => host.events.length === 24);
      const shed = await Promise.all(Array.from({ length: 20 }, () => ask(host)));
      expect(countBy(shed)).toEqual({ 503: 20 });
      expect(shed.every(({ headers }) => headers['retry-after'] === '1')).toBe(true);
      expect(new Set(host.emulator.requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(16);
      expect(new Set(host.events.map(({ outcome }) => outcome))).toEqual(new Set(['overloaded']));
      host.emulator.setFault(SESSIONS, undefined);
      expect(countBy(await Promise.all(first))[503]).toBe(24);
      expect((await ask(host)).status).toBe(200);
    }));
});
