import { CustomerSessionProblem, customerSessionIssuer } from '../../src/index.js';
import { call, expectProblem, fromBrowser } from '../support/call.js';
import { ADA, startHost, type TestHost } from '../support/host.js';

// A client of the host's own, as a stub or stripe-node through its own transport: any object with this one method.
type Create = (params: object, options: Record<string, unknown>) => Promise<unknown>;

const SESSION = {
  object: 'customer_session',
  customer: ADA,
  livemode: false,
  client_secret: 'cuss_secret_host',
  created: 1767225600,
  expires_at: 1767227400,
};

let host: TestHost;
afterEach(() => host.close());

async function askWith(create: Create) {
  host = await startHost({ options: { stripe: { customerSessions: { create } } as never } });
  const answer = await call(host, { headers: fromBrowser(host) });
  return { answer, event: host.events.at(-1) };
}
const resolvesWith = (value: unknown) => askWith(() => Promise.resolve(value));
const rejectsWith = (failure: unknown) => askWith(() => Promise.reject(failure));

describe("what a host's own client is asked", () => {
  it('H10 H11 one retry at most, within the deadline, and a key of its own each time', async () => {
    const asked: [object, Record<string, unknown>][] = [];
    const { answer } = await askWith((...args) => {
      asked.push(args);
      return Promise.resolve(SESSION);
    });
    expect(answer.status).toBe(200);
    expect((await call(host, { headers: fromBrowser(host) })).status).toBe(200);
    const [[params, options] = [], [, again] = []] = asked;
    expect(params).toMatchObject({ customer: ADA, components: { payment_element: { enabled: true } } });
    expect(options).toEqual({
      maxNetworkRetries: 1,
      timeout: expect.any(Number),
      idempotencyKey: expect.stringMatching(/.{20}/),
    });
    expect(Number(options?.timeout)).toBeGreaterThan(0);
    expect(Number(options?.timeout)).toBeLessThanOrEqual(50_000);
    expect(again?.idempotencyKey).not.toBe(options?.idempotencyKey);
  });

  it('tells the event how long it took', async () => {
    const { event } = await resolvesWith(SESSION);
    expect(event?.stripeMs).toBeGreaterThanOrEqual(0);
    expect(event?.stripeMs).toBeLessThanOrEqual(Number(event?.ms));
  });
});

describe("what a host's own client may answer", () => {
  it.each([undefined, null, 42, 'text', false])('H12 %p is no answer: 502', async (value) => {
    const { answer, event } = await resolvesWith(value);
    expectProblem(answer, 502, 'stripe_unavailable');
    expect(event).toMatchObject({ reason: 'NOT_AN_OBJECT' });
  });

  it("H12 somebody else's customer: 502, and nothing of it is passed on", async () => {
    const { answer, event } = await resolvesWith({ ...SESSION, customer: 'cus_Mallory' });
    expectProblem(answer, 502, 'stripe_mismatch');
    expect(event).toMatchObject({ reason: 'customer' });
  });

  it.each([
    [299, 502, 'stripe_mismatch', 'status'],
    [300, 502, 'stripe_unavailable', 'http_300'],
    [399, 502, 'stripe_unavailable', 'http_399'],
    [400, 500, 'misconfigured', 'http_400'],
    [500, 502, 'stripe_unavailable', 'http_500'],
  ])('H11 a body that came with %i is no session', async (statusCode, status, code, reason) => {
    const lastResponse = { statusCode, requestId: 'req_a', headers: {} };
    const { answer, event } = await resolvesWith({ ...SESSION, lastResponse });
    expectProblem(answer, status, code);
    expect(event).toMatchObject({ reason, stripeStatus: statusCode, stripeRequestId: 'req_a' });
  });

  it.each(['200', '400'])('H12 the text %j is no status, and no number for the event', async (statusCode) => {
    const { answer, event } = await resolvesWith({ ...SESSION, lastResponse: { statusCode } });
    expectProblem(answer, 502, 'stripe_mismatch');
    expect(event).toMatchObject({ reason: 'status' });
    expect(event).not.toHaveProperty('stripeStatus');
  });

  it('H12 a mode that is a text is no mode for the event', async () => {
    const { answer, event } = await resolvesWith({ ...SESSION, livemode: 'no' });
    expect(answer.status).toBe(200);
    expect(event).not.toHaveProperty('livemode');
  });

  it('is warned of once, where it came over stripe-node’s own transport', async () => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue();
    await resolvesWith({ ...SESSION, lastResponse: { statusCode: 200, headers: {} } });
    await call(host, { headers: fromBrowser(host) });
    const said = emitWarning.mock.calls.map(([text, options]) => [options, text]);
    emitWarning.mockRestore();
    expect(said).toEqual([
      [
        { code: 'ESCS_OWN_TRANSPORT' },
        "Sessions are created through stripe-node's own HTTP client, which can hang past a deadline, crash on a malformed answer " +
          'and keep secrets in its errors. Pass stripe: createStripe(key), or make yours with ' +
          'new Stripe(key, { httpClient: stripeHttpClient() }). This is said once.',
      ],
    ]);
  });
});

describe("how a host's own client may fail", () => {
  it.each([
    [{ type: 'StripeConnectionError', code: 'ETIMEDOUT' }],
    [{ type: 'StripeConnectionError', detail: { code: 'ETIMEDOUT' } }],
  ])('H11 %j is a time-out: 504', async (error) => {
    const { answer, event } = await rejectsWith(error);
    expectProblem(answer, 504, 'timeout');
    expect(event).toMatchObject({ reason: 'stripe' });
  });

  it.each([
    ['UNKNOWN', undefined],
    ['UNKNOWN', null],
    ['UNKNOWN', 'ETIMEDOUT'],
    ['UNKNOWN', new Error('ETIMEDOUT')],
    ['UNKNOWN', { code: 'see ECONNRESET' }],
    ['UNKNOWN', { code: 'ECONNRESET at 10.0.0.1' }],
    ['ECONNRESET', { code: 'ECONNRESET' }],
    ['ECONNREFUSED', { code: 'ERR', detail: { code: 'ECONNREFUSED' } }],
    ['CERT_HAS_EXPIRED', { detail: { code: 'ERR', reason: 'CERT_HAS_EXPIRED' } }],
  ])('H11 for the reason %s: 502', async (reason, error) => {
    const { answer, event } = await rejectsWith(error);
    expectProblem(answer, 502, 'stripe_unavailable');
    expect(event).toMatchObject({ reason });
    expect(event).not.toHaveProperty('stripeStatus');
  });

  it('H11 facts of another kind are not passed on', async () => {
    const error = {
      statusCode: 429,
      code: ['rate_limit'],
      param: ['customer'],
      requestId: ['req_a'],
      headers: { 'retry-after': 7 },
    };
    const { answer, event } = await rejectsWith(error);
    expectProblem(answer, 503, 'stripe_rate_limited');
    expect(answer.headers['retry-after']).toBe('1');
    expect(event).toMatchObject({ reason: 'http_429', stripeStatus: 429 });
    for (const name of ['stripeCode', 'stripeParam', 'stripeRequestId', 'attempts'])
      expect(event).not.toHaveProperty(name);
  });

  it.each([
    ['7', 7_000],
    ['0.25', 250],
    ['0', 1_000],
    ['-1', 1_000],
    ['soon', 1_000],
    ['3600', 60_000],
  ])('H11 issue() rejects with the pause that Stripe wants: %s s', async (given, ms) => {
    const rejected: unknown[] = [];
    const issuer = customerSessionIssuer({
      resolveCustomer: () => ADA,
      components: { payment_element: { enabled: true } },
      stripe: {
        customerSessions: {
          create: () => Promise.reject({ statusCode: 429, headers: { 'retry-after': given } }),
        },
      },
      unguarded: true,
    });
    host = await startHost({
      prepare: (app) => {
        app.use((req, _res, next) => {
          issuer
            .issue({ stripeCustomerId: ADA }, req)
            .catch((error: unknown) => rejected.push(error))
            .finally(next);
        });
      },
    });
    await call(host, { headers: fromBrowser(host) });
    expect(rejected).toEqual([expect.any(CustomerSessionProblem)]);
    expect(rejected).toMatchObject([{ code: 'stripe_rate_limited', retryAfterMs: ms }]);
  });
});
