import { createStripe } from '../../src/stripe/client.js';
import { type FaultMode, faultModes, startBadUpstream } from '../support/bad-upstream.js';
import { codeOf, DEADLINE_MS, type FaultApp, startFaultApp, within } from '../support/fault-app.js';
import { STATUS } from '../support/fault-modes.js';
import { fewAtATime } from '../support/few-at-a-time.js';

// A machine under load settles late; what is lost never settles.
const SETTLES_MS = 9_000;
const ATTEMPT_MS = 900;

interface Recovery {
  outcome: string;
  status: number;
  ms: number;
  requests: number;
  keys: number;
  /** Once the call is over, with the client still open. */
  sockets: number;
  after: string;
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
  const waits = [...recoveries.values()].map(({ ms }) => ms).sort((a, b) => b - a);
  process.stdout.write(
    `${waits.length} modes, longest wait ${Math.round(waits[0] ?? 0)} ms of a deadline of ${DEADLINE_MS}\n`,
  );
}, 90_000);

afterAll(async () => {
  await app.close();
  process.off('unhandledRejection', note);
});

// One slot and no waiting room: a second request is served only when the first gave its slot back.
async function recoverFrom(mode: FaultMode, path: string): Promise<Recovery> {
  const upstream = await startBadUpstream({ mode: mode.name, tls: true });
  const { host, port, protocol, ca } = upstream;
  const stripe = createStripe('sk_test_emulator', { host, port, protocol, ca, attemptTimeoutMs: ATTEMPT_MS });
  let events = 0;
  app.mount(path, { stripe, onEvent: () => (events += 1) });
  const startedAt = performance.now();
  const answer = await app.ask(path);
  const ms = performance.now() - startedAt;
  const { count: requests, idempotencyKeys } = upstream.requests;
  const keys = idempotencyKeys.size;
  await within(SETTLES_MS, () => upstream.openSockets() <= idleAllowed(mode));
  const sockets = upstream.openSockets();
  const told = events;
  await upstream.recover();
  let after = '';
  await within(SETTLES_MS, async () => {
    after = codeOf(await app.ask(path));
    return after !== 'overloaded';
  });
  await stripe.close();
  await upstream.close();
  return { outcome: codeOf(answer), status: answer.status, ms, requests, keys, sockets, after, events: told };
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
      after: 'ok',
      events: 1,
    });
    expect(recovery?.sockets).toBeLessThanOrEqual(idleAllowed(mode));
    expect(recovery?.requests).toBeLessThanOrEqual(2);
    expect(recovery?.keys).toBe(Math.min(1, recovery?.requests ?? 0));
  },
);

test('no mode leaves a rejection that nobody handles', () => {
  expect(recoveries.size).toBe(faultModes.length);
  expect(unhandled).toEqual([]);
});
