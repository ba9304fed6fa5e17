import { inspect } from 'node:util';
import { createStripe } from '../../src/stripe/client.js';
import { type FaultMode, faultModes, startBadUpstream } from '../support/bad-upstream.js';
import { until } from '../support/until.js';

// Soon over where it will pass; ample where it must not, since a machine under load answers late.
const UNANSWERED = { budgetMs: 900, attemptMs: 300 };
const ANSWERED = { budgetMs: 40_000, attemptMs: 20_000 };
const KEY = 'sk_test_canary_of_the_client';
const params = { customer: 'cus_Ada', components: { payment_element: { enabled: true } } };

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(() => process.on('unhandledRejection', note));
afterAll(() => {
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** What the call came to, and whether the connections are gone afterwards. */
async function callOnce(mode: FaultMode, tls: boolean, { budgetMs, attemptMs } = timesOf(mode)) {
  const upstream = await startBadUpstream({ mode: mode.name, tls });
  const { host, port, protocol, ca } = upstream;
  const stripe = createStripe(KEY, { host, port, protocol, ca, attemptTimeoutMs: attemptMs });
  const outcome = await stripe.customerSessions.create(params, { timeout: budgetMs }).then(
    (session) => ({ session, error: undefined }),
    (error: unknown) => ({ session: undefined, error }),
  );
  await stripe.close();
  await until(() => upstream.openSockets() === 0);
  await upstream.close();
  return { ...outcome, requests: upstream.requests };
}

function timesOf({ expected }: FaultMode) {
  return expected === 'timeout' ? UNANSWERED : ANSWERED;
}

/** What the router will make of it (H11), told from the same few fields. */
function meaningOf(error: unknown): string {
  const { statusCode, code, detail } = Object(error) as {
    statusCode?: number;
    code?: string;
    detail?: { code?: string };
  };
  if (code === 'resource_missing') return 'no_customer';
  if (statusCode === 429) return 'stripe_rate_limited';
  if (statusCode && statusCode >= 400 && statusCode < 500 && statusCode !== 409) return 'misconfigured';
  return detail?.code === 'ETIMEDOUT' ? 'timeout' : 'stripe_unavailable';
}

// A session that is not the one asked for is still an answer: the router's check refuses it (H12).
const answered = new Set(['ok', 'stripe_mismatch']);

describe.each([
  ['TLS', true],
  ['plain TCP', false],
])('over %s, whatever the upstream does', (_name, tls) => {
  const modes = faultModes.filter(({ tlsOnly }) => tls || !tlsOnly);

  test.each(modes.map((mode) => [mode.name, mode] as const))('%s', async (_mode, mode) => {
    const { session, error, requests } = await callOnce(mode, tls);
    expect(session ? 'answered' : meaningOf(error)).toBe(
      answered.has(mode.expected) ? 'answered' : mode.expected,
    );
    expect(requests.count).toBeLessThanOrEqual(2);
    expect(requests.idempotencyKeys.size).toBeLessThanOrEqual(1);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/canary/);
  });
});

test('there are at least 48 ways to misbehave, each with a name of its own', () => {
  const names = new Set(faultModes.map(({ name }) => name));
  expect(names.size).toBe(faultModes.length);
  expect(names.size).toBeGreaterThanOrEqual(48);
});
