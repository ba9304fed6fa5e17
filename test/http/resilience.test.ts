import { connect } from 'node:net';
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

describe('H14 a caller who hangs up', () => {
  // Node.js reads what had come before the reset, and cannot tell the address of a connection that is reset.
  it('H14 before his request is read is told of as one, not as a proxy that does not speak TLS', async () => {
    const warnings: string[] = [];
    jest.spyOn(process, 'emitWarning').mockImplementation((text) => {
      warnings.push(String(text));
    });
    const host = await startHost({ plain: true, prepare: (app) => app.set('trust proxy', 'loopback') });
    try {
      const headers = { ...fromBrowser(host), origin: `https://${host.authority}` };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      const head = `POST ${host.path} HTTP/1.1\r\nHost: ${host.authority}\r\nX-Forwarded-Proto: https\r\n`;
      const socket = connect(Number(new URL(host.origin).port), '127.0.0.1');
      socket.write(`${head}${lines.join('')}Content-Length: 0\r\n\r\n`, () => socket.resetAndDestroy());
      await until(() => host.events.length > 0);
      expect(host.events.map(({ outcome }) => outcome)).toEqual(['client_closed']);
      expect(warnings).toEqual([]);
    } finally {
      await host.close();
      jest.restoreAllMocks();
    }
  });
});
