import { call, expectProblem, fromBrowser } from '../support/call.js';
import { ADA, startHost, type TestHost } from '../support/host.js';

const SESSIONS = 'POST /v1/customer_sessions';

let shop: TestHost;
beforeAll(async () => {
  shop = await startHost();
});
beforeEach(() => {
  shop.emulator.setFault(SESSIONS, undefined);
});
afterAll(() => shop.close());

/** What the event tells of Stripe, and why; all else of it is left out. */
async function factsAfter(fault: Parameters<TestHost['emulator']['setFault']>[1]) {
  shop.emulator.setFault(SESSIONS, fault);
  const { status } = await call(shop, { headers: fromBrowser(shop) });
  const { outcome, reason, stripeStatus, stripeCode, stripeParam, stripeRequestId, attempts } =
    shop.events.at(-1) ?? {};
  return { status, outcome, reason, stripeStatus, stripeCode, stripeParam, stripeRequestId, attempts };
}

const REQUEST_ID = expect.stringMatching(/^req_[A-Za-z0-9]+$/);

describe("H11 what an event tells of Stripe's refusal", () => {
  it('H11 tells status, code, parameter, request id and attempts of one that is not asked again', async () => {
    const error = { code: 'parameter_unknown', param: 'components[x.y_0]', message: 'sk_test_canary' };
    expect(await factsAfter({ status: 400, error })).toEqual({
      status: 500,
      outcome: 'misconfigured',
      reason: 'parameter_unknown',
      stripeStatus: 400,
      stripeCode: 'parameter_unknown',
      stripeParam: 'components[x.y_0]',
      stripeRequestId: REQUEST_ID,
      attempts: 1,
    });
  });

  it('H11 tells of the second attempt where there was one', async () => {
    expect(await factsAfter({ status: 500, error: {} })).toMatchObject({ reason: 'http_500', attempts: 2 });
  });

  it.each([
    ['http_400', { status: 400, error: {} }],
    ['http_409', { status: 409, error: {}, headers: { 'Stripe-Should-Retry': 'false' } }],
    ['http_429', { status: 429, rawBody: '{"error":{}}', headers: { 'Stripe-Should-Retry': 'false' } }],
    ['http_499', { status: 499, error: {} }],
  ])('H11 gives %s for the reason where Stripe gives no code', async (reason, fault) => {
    const facts = await factsAfter(fault);
    expect(facts).toMatchObject({ reason, stripeStatus: fault.status });
    expect(facts.stripeCode).toBeUndefined();
  });

  it.each([
    ['a sentence', 'No such customer: cus_1'],
    ['capitals', 'RESOURCE_MISSING'],
    ['a line break', 'resource_missing\n'],
    ['a line break before it', '\nresource_missing'],
    ['nothing', ''],
    ['a hundred and one letters', 'a'.repeat(101)],
    ['a number', 42],
    ['an object', { toString: 'resource_missing' }],
  ])('H11 passes on no code and no parameter that is %s', async (_name, text) => {
    const rawBody = JSON.stringify({ error: { code: text, param: text } });
    const facts = await factsAfter({ status: 400, rawBody });
    expect(facts).toMatchObject({ outcome: 'misconfigured', reason: 'http_400' });
    expect([facts.stripeCode, facts.stripeParam]).toEqual([undefined, undefined]);
  });

  it('H11 passes on a code and a parameter of a hundred letters', async () => {
    const text = 'a'.repeat(100);
    const facts = await factsAfter({ status: 400, error: { code: text, param: text } });
    expect([facts.stripeCode, facts.stripeParam]).toEqual([text, text]);
  });

  it.each([
    ['req_a', 'req_a'],
    [`req_${'Z9'.repeat(32)}`, `req_${'Z9'.repeat(32)}`],
    [`req_${'Z9'.repeat(32)}a`, undefined],
    ['req_', undefined],
    ['req_a b', undefined],
    ['xreq_a', undefined],
    ['cuss_secret_canary', undefined],
  ])('H11 the request id %p is passed on as %p', async (given, told) => {
    const facts = await factsAfter({ status: 400, error: {}, headers: { 'request-id': given } });
    expect(facts.stripeRequestId).toBe(told);
  });

  it.each([
    [400, 'resource_missing', 'customer', 'no_customer'],
    [404, 'resource_missing', 'customer', 'no_customer'],
    [400, 'resource_missing', 'customer_account', 'no_customer'],
    [404, 'resource_missing', 'customer_account', 'no_customer'],
    [400, 'resource_missing', 'customer[id]', 'misconfigured'],
    [400, 'resource_missing', undefined, 'misconfigured'],
    [400, 'parameter_missing', 'customer', 'misconfigured'],
    [403, 'resource_missing', 'customer', 'misconfigured'],
    [402, 'resource_missing', 'customer', 'misconfigured'],
  ])('H11 takes %i %s of %s for %s', async (status, code, param, outcome) => {
    const error = { code, ...(param === undefined ? {} : { param }) };
    expect(await factsAfter({ status, error })).toMatchObject({
      outcome,
      stripeStatus: status,
      stripeCode: code,
    });
  });

  it.each([
    ['60', '60'],
    ['61', '60'],
    ['59', '59'],
    ['-7', '1'],
    ['Infinity', '60'],
  ])("H11 Stripe's Retry-After of %s s is %s s to the caller", async (given, passed) => {
    const headers = { 'Retry-After': given, 'Stripe-Should-Retry': 'false' };
    shop.emulator.setFault(SESSIONS, { status: 429, error: {}, headers });
    const answer = await call(shop, { headers: fromBrowser(shop) });
    expectProblem(answer, 503, 'stripe_rate_limited');
    expect(answer.headers['retry-after']).toBe(passed);
  });

  it('H11 names a connection that was reset, and the customer that was asked for', async () => {
    expect(await factsAfter({ reset: 'after' })).toMatchObject({
      outcome: 'stripe_unavailable',
      reason: 'ECONNRESET',
      stripeStatus: undefined,
      attempts: 2,
    });
    expect(shop.events.at(-1)).toMatchObject({ customer: ADA, stripeMs: expect.any(Number) });
  });

  it('tells the request id, the status and one attempt of a session that was issued', async () => {
    expect(await factsAfter(undefined)).toEqual({
      status: 200,
      outcome: 'issued',
      reason: undefined,
      stripeStatus: 200,
      stripeCode: undefined,
      stripeParam: undefined,
      stripeRequestId: REQUEST_ID,
      attempts: 1,
    });
    expect(shop.events.at(-1)).toMatchObject({ livemode: false });
  });
});
