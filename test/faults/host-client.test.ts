import Stripe from 'stripe';
import { type FaultMode, faultModes, startBadUpstream } from '../support/bad-upstream.js';
import { codeOf, type FaultApp, startFaultApp, within } from '../support/fault-app.js';
import { askOnce } from '../support/fault-crash.js';
import { STATUS } from '../support/fault-modes.js';
import { fewAtATime } from '../support/few-at-a-time.js';

// stripe-node throws inside a promise that nobody holds: these run in processes of their own.
const CRASHES = ['200 with a number', '200 with a boolean', '200 with a string', '500 with a body too long'];
// stripe-node's default client reads these to the end, hundreds of megabytes on: `test/faults` has them in a process.
const TOO_MUCH = /300 MB of body|endless body/;
const MODES = faultModes.filter(
  ({ name, tlsOnly }) => !tlsOnly && !CRASHES.includes(name) && !TOO_MUCH.test(name),
);

// What the default client takes for an answer, or never settles.
const OTHER_OUTCOMES: Record<string, FaultMode['expected']> = {
  '200 with an array': 'stripe_mismatch',
  '200 with bad UTF-8': 'ok',
  '201 with an array': 'stripe_mismatch',
  '101': 'timeout',
};
// Its timeout is about silence on an open connection, so these keep their slot: as long as Stripe drips; until the
// system gives up connecting (ClientRequest.setTimeout waits for 'connect'); after a 101, which nothing settles, for
// the five minutes after which the router counts a call as lost.
const NEVER_END = ['connect: black-hole', 'drip of headers', 'drip of body', 'endless 1xx', '101'];

// Two attempts of a deadline each and half a second between them, and some more: then stripe-node has given up.
const GIVES_UP_MS = 8_000;

interface Aftermath {
  outcome: string;
  status: number;
  requests: number;
  keys: number;
  /** Whether stripe-node's call came to an end, which gives the slot back. */
  ended: boolean;
}

let app: FaultApp;
const aftermaths = new Map<string, Aftermath>();

beforeAll(async () => {
  app = await startFaultApp();
  await fewAtATime(MODES, async (mode, index) => {
    aftermaths.set(mode.name, await askTwice(mode, `/mode-${index}`));
  });
}, 120_000);

afterAll(() => app.close());

// One slot and no waiting room: a second request gets through only when stripe-node's call has ended.
async function askTwice(mode: FaultMode, path: string): Promise<Aftermath> {
  const upstream = await startBadUpstream({ mode: mode.name, tls: false });
  const { host, port, protocol, requests } = upstream;
  app.mount(path, { stripe: new Stripe('sk_test_emulator', { host, port, protocol }) });
  const answer = await app.ask(path);
  let made = { requests: 0, keys: 0 };
  const ended = await within(GIVES_UP_MS, async () => {
    made = { requests: requests.count, keys: requests.idempotencyKeys.size };
    return codeOf(await app.ask(path)) !== 'overloaded';
  });
  await upstream.close();
  return { outcome: codeOf(answer), status: answer.status, ...made, ended };
}

test.each(MODES.map((mode) => [mode.name, mode] as const))(
  'H10 H11 "%s" over stripe-node\'s default client',
  (name, { expected }) => {
    const aftermath = aftermaths.get(name);
    const outcome = OTHER_OUTCOMES[name] ?? expected;
    expect(aftermath).toMatchObject({ outcome, status: STATUS[outcome], ended: !NEVER_END.includes(name) });
    expect(aftermath?.requests).toBeLessThanOrEqual(2);
    expect(aftermath?.keys).toBe(Math.min(1, aftermath?.requests ?? 0));
  },
);

// Its fault, shown as it is: the reason to use createStripe. See docs/operations.md.
test.each(CRASHES)('"%s" ends the process of a host with stripe-node\'s default client', async (mode) => {
  const { status, exit } = await askOnce('new Stripe', mode);
  expect({ status, exit }).toEqual({ status: undefined, exit: 1 });
});

test.each(CRASHES)('"%s" does nothing to a host with createStripe', async (mode) => {
  const { status, exit, stderr } = await askOnce('createStripe', mode);
  expect({ status, exit, stderr }).toEqual({ status: 502, exit: 'alive', stderr: '' });
});
