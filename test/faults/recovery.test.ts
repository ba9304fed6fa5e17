import { createStripe } from '../../src/stripe/client.js';
import { type FaultMode, faultModes, startBadUpstream } from '../support/bad-upstream.js';
import { codeOf, type FaultApp, startFaultApp } from '../support/fault-app.js';
import { STATUS, timesOf } from '../support/fault-modes.js';
import { fewAtATime } from '../support/few-at-a-time.js';
import { until } from '../support/until.js';

interface Recovery {
  outcome: string;
  status: number;
  requests: number;
  keys: number;
  events: number;
}

let app: FaultApp;
const recoveries = new Map<string, Recovery>();
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  app = await startFaultApp();
  await fewAtATime(faultModes, async (mode, index) => {
    recoveries.set(mode.name, await recoverFrom(mode, `/mode-${index}`));
  });
}, 300_000);

afterAll(async () => {
  await app.close();
  process.off('unhandledRejection', note);
});

// One slot and no waiting room: a second request is served only when the first gave its slot back.
async function recoverFrom(mode: FaultMode, path: string): Promise<Recovery> {
  const upstream = await startBadUpstream({ mode: mode.name, tls: true });
  const { host, port, protocol, ca } = upstream;
  const { deadlineMs, attemptTimeoutMs } = timesOf(mode.name);
  const target = { host, port, protocol, ca };
  const stripe = createStripe('sk_test_emulator', { ...target, attemptTimeoutMs, spareConnection: false });
  let events = 0;
  app.mount(path, { stripe, deadlineMs, onEvent: () => (events += 1) });
  const answer = await app.ask(path);
  const { count: requests, idempotencyKeys } = upstream.requests;
  const keys = idempotencyKeys.size;
  const told = events;
  await until(() => upstream.openSockets() <= idleAllowed(mode));
  await upstream.recover();
  await until(async () => codeOf(await app.ask(path)) === 'ok');
  await stripe.close();
  await upstream.close();
  return { outcome: codeOf(answer), status: answer.status, requests, keys, events: told };
}

// A connection may be kept for the next call after a whole answer, and after nothing else.
function idleAllowed({ name, connect, expected }: FaultMode): number {
  if (connect !== undefined || expected === 'timeout') return 0;
  return /^(?:reset|close|chunk|300 MB|endless|one huge|not HTTP|101)/.test(name) && expected !== 'ok'
    ? 0
    : 2;
}

test.each(faultModes.map((mode) => [mode.name, mode] as const))(
  'H9 H10 H11 after "%s" the slot and the sockets are back, and the next request is served',
  (name, mode) => {
    const recovery = recoveries.get(name);
    expect(recovery).toMatchObject({
      outcome: mode.expected,
      status: STATUS[mode.expected],
      events: 1,
    });
    expect(recovery?.requests).toBeLessThanOrEqual(2);
    expect(recovery?.keys).toBe(Math.min(1, recovery?.requests ?? 0));
  },
);

test('no mode leaves a rejection that nobody handles', () => {
  expect(recoveries.size).toBe(faultModes.length);
  expect(unhandled).toEqual([]);
});
