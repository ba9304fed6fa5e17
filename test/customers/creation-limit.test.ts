import type { CustomerSessionProblem } from '../../src/core/problem.js';
import { CreationLimit } from '../../src/customers/creation-limit.js';

beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

const STRIPE = { stripeStatus: 400, stripeCode: 'email_invalid' };
const MINUTE_MS = 60_000;

/** What a user is told who asks for one more, or nothing where he may. */
function refusalOf(limit: CreationLimit, user = 'ada') {
  try {
    limit.begin(user);
  } catch (problem) {
    const { code, reason, retryAfterMs, stripe } = problem as CustomerSessionProblem;
    return { code, reason, retryAfterMs, stripe };
  }
  return undefined;
}

const refused = (retryAfterMs: number) => ({
  code: 'misconfigured',
  reason: 'creation_refused',
  retryAfterMs,
  stripe: STRIPE,
});

describe('D11 the creations of one user', () => {
  it('are ten a minute, counted from the first', () => {
    const limit = new CreationLimit();
    for (let count = 0; count < 10; count += 1) {
      expect(refusalOf(limit)).toBeUndefined();
      jest.advanceTimersByTime(1_000);
    }
    expect(refusalOf(limit)).toEqual({
      code: 'rate_limited',
      reason: 'creations',
      retryAfterMs: 50_000,
      stripe: {},
    });
    expect(refusalOf(limit, 'bob')).toBeUndefined();
    jest.advanceTimersByTime(49_999);
    expect(refusalOf(limit)).toMatchObject({ retryAfterMs: 1 });
    jest.advanceTimersByTime(1);
    for (let count = 0; count < 10; count += 1) expect(refusalOf(limit)).toBeUndefined();
    expect(refusalOf(limit)).toMatchObject({ retryAfterMs: MINUTE_MS });
  });

  it('that never reached Stripe do not count', () => {
    const limit = new CreationLimit();
    limit.withdraw('ada');
    for (let count = 0; count < 30; count += 1) {
      expect(refusalOf(limit)).toBeUndefined();
      limit.withdraw('ada');
    }
    for (let count = 0; count < 10; count += 1) expect(refusalOf(limit)).toBeUndefined();
    expect(refusalOf(limit)).toMatchObject({ code: 'rate_limited' });
  });

  it('that Stripe refused are answered from memory, for twice as long each time, up to five minutes', () => {
    const limit = new CreationLimit();
    for (const pauseMs of [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]) {
      expect(refusalOf(limit)).toBeUndefined();
      expect(limit.refuse('ada', STRIPE)).toMatchObject(refused(pauseMs));
      expect(refusalOf(limit)).toEqual(refused(pauseMs));
      jest.advanceTimersByTime(pauseMs - 1);
      expect(refusalOf(limit)).toEqual(refused(1));
      expect(refusalOf(limit, 'bob')).toBeUndefined();
      limit.succeed('bob');
      jest.advanceTimersByTime(1);
    }
  });

  it('are counted on through a refusal', () => {
    const limit = new CreationLimit();
    for (let count = 0; count < 10; count += 1) limit.begin('ada');
    limit.refuse('ada', STRIPE);
    jest.advanceTimersByTime(10_000);
    expect(refusalOf(limit)).toMatchObject({ code: 'rate_limited', retryAfterMs: 50_000 });
  });

  it('are forgotten once one came about', () => {
    const limit = new CreationLimit();
    limit.refuse('ada', STRIPE);
    limit.succeed('ada');
    for (let count = 0; count < 10; count += 1) expect(refusalOf(limit)).toBeUndefined();
    expect(limit.refuse('ada', STRIPE)).toMatchObject({ retryAfterMs: 10_000 });
  });

  it('are remembered of 10,000 users, and forgotten of the one who tried longest ago', () => {
    const limit = new CreationLimit();
    for (const user of ['first', 'second']) limit.refuse(user, STRIPE);
    for (let count = 2; count < 10_000; count += 1) limit.begin(`user-${count}`);
    expect(refusalOf(limit, 'first')).toEqual(refused(10_000));
    limit.refuse('first', STRIPE);
    limit.begin('one more');
    expect(refusalOf(limit, 'first')).toEqual(refused(20_000));
    expect(refusalOf(limit, 'second')).toBeUndefined();
  });
});
