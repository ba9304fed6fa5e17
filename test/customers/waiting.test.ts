import timers from 'node:timers/promises';
import express, { type Request } from 'express';
import { shareDeadline, startDeadline } from '../../src/core/deadline.js';
import { customerDirectory } from '../../src/customers/directory.js';
import type { CustomerDirectoryOptions } from '../../src/customers/directory-options.js';
import { type CustomerStore, memoryStore } from '../../src/customers/store.js';

// The clock is the test's: what a look-up waits for depends on time alone, and no machine's speed may decide it.
beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

type Create = () => Promise<object>;
const advance = (ms: number) => jest.advanceTimersByTimeAsync(ms);
const never: Create = () => new Promise(() => undefined);
const customer = (id: string) => ({ object: 'customer', id });

function directoryOver(create: Create, more: Partial<CustomerDirectoryOptions<string>> = {}) {
  const stripe = { customers: { create } };
  return customerDirectory<string>({
    stripe,
    store: memoryStore(),
    scope: 'test',
    userId: (user) => user,
    ...more,
  });
}

/** How a look-up ended, once it has. */
function follow(resolved: Promise<string>): {
  customer?: string;
  failure?: { code: string; reason?: string };
} {
  const outcome = {};
  resolved.then(
    (found) => Object.assign(outcome, { customer: found }),
    (failure: object) => Object.assign(outcome, { failure }),
  );
  return outcome;
}

describe('D11 how long a new user waits for a free call to Stripe', () => {
  it('two thirds of what is left of the request, so that its answer is not a time-out', async () => {
    const { resolve } = directoryOver(never, { maxInFlight: 1 });
    follow(resolve('dora'));
    const req = {} as Request;
    shareDeadline(req, startDeadline(900));
    await advance(0);
    const waiting = follow(resolve('emil', req));
    await advance(599);
    expect(waiting).toEqual({});
    await advance(2);
    expect(waiting.failure).toMatchObject({ code: 'overloaded', reason: 'waited' });
  });

  it.each([undefined, {} as Request])(
    'for one who has no deadline (%p), until the call ends',
    async (req) => {
      const ends: ((body: object) => void)[] = [];
      const { resolve } = directoryOver(() => new Promise((end) => ends.push(end)), { maxInFlight: 1 });
      follow(resolve('dora'));
      await advance(0);
      const waiting = follow(resolve('emil', req));
      await advance(900);
      expect([waiting, ends.length]).toEqual([{}, 1]);
      ends[0]?.(customer('cus_Dora'));
      await advance(0);
      ends[1]?.(customer('cus_Emil'));
      await advance(0);
      expect(waiting).toEqual({ customer: 'cus_Emil' });
    },
  );
});

describe('D4 what is shared in flight', () => {
  it('is one user’s alone, and one question’s', async () => {
    let made = 0;
    const store = memoryStore();
    const { resolve } = directoryOver(async () => customer(`cus_${++made}`), { store });
    const [dora, emil] = await Promise.all([resolve('dora'), resolve('emil')]);
    expect(new Set([dora, emil]).size).toBe(2);
    const [known, missing] = await Promise.all([resolve('dora'), resolve('dora', undefined, 'cus_Gone')]);
    expect([known, missing]).toEqual([dora, dora]);
  });

  it('a customer that is missing, of a user whom the store does not know, stays the answer', async () => {
    const { resolve } = directoryOver(never);
    expect(await resolve('dora', undefined, 'cus_Gone')).toBe('cus_Gone');
  });
});

describe('D11 ten creations a minute', () => {
  const fails = (failure: unknown) => () => Promise.reject(failure);
  const ten = Array.from({ length: 10 }, (_, index) => index);

  it.each<[string, Partial<CustomerDirectoryOptions<string>>, Create]>([
    ['Stripe failed', {}, fails({ code: 'ECONNRESET' })],
    ['profile() failed, whatever its error says', { profile: fails({ code: 'overloaded' }) }, never],
  ])('count where %s', async (_name, more, create) => {
    const { resolve } = directoryOver(create, more);
    for (const _turn of ten)
      await expect(resolve('dora')).rejects.not.toMatchObject({ code: 'rate_limited' });
    await expect(resolve('dora')).rejects.toMatchObject({ code: 'rate_limited', reason: 'creations' });
  });

  it('do not count where Stripe was not asked', async () => {
    const { resolve } = directoryOver(never, { maxInFlight: 1 });
    follow(resolve('dora'));
    for (const _turn of [...ten, ...ten]) {
      const refused = follow(resolve('emil'));
      await advance(5_000);
      expect(refused.failure).toMatchObject({ code: 'overloaded' });
    }
  });
});

describe('D5 the pause before Stripe is asked again', () => {
  const inUse = { statusCode: 409, code: 'idempotency_key_in_use', headers: {} };

  const pausesOf = () => jest.spyOn(timers, 'setTimeout').mockResolvedValue(undefined);

  it.each([
    [0, 45],
    [0.5, 60],
    [1, 75],
  ])('is 60 ms at first, and differs between processes (%d)', async (random, ms) => {
    jest.spyOn(Math, 'random').mockReturnValue(random);
    const pauses = pausesOf();
    const create = jest.fn(async () => customer('cus_Dora')).mockRejectedValueOnce(inUse);
    expect(await directoryOver(create).resolve('dora')).toBe('cus_Dora');
    expect(pauses.mock.calls).toEqual([[ms]]);
  });

  it('grows to about a second, six times in all', async () => {
    const pauses = pausesOf();
    const asked = directoryOver(() => Promise.reject(inUse)).resolve('dora');
    await expect(asked).rejects.toMatchObject({ code: 'stripe_unavailable', reason: 'creation_in_use' });
    expect(pauses.mock.calls.flat()).toEqual([60, 120, 240, 480, 960, 960]);
  });

  it('is none where Stripe refuses', async () => {
    const pauses = pausesOf();
    const refusal = { statusCode: 400, code: 'email_invalid', headers: {} };
    const asked = directoryOver(() => Promise.reject(refusal)).resolve('dora');
    await expect(asked).rejects.toMatchObject({ code: 'misconfigured', reason: 'creation_refused' });
    expect(pauses).not.toHaveBeenCalled();
  });
});

describe('what a host passes', () => {
  it('a store that gives no key after begin() is named', async () => {
    const store: CustomerStore = { ...memoryStore(), begin: () => ({}) };
    const failure = await directoryOver(never, { store })
      .resolve('dora')
      .catch((error: unknown) => error);
    expect(String((failure as { cause: unknown }).cause)).toContain('gave no creation key after begin()');
  });

  it.each([
    ['memoryStore()', memoryStore(), 1],
    ['a store that is kept', { ...memoryStore(), volatile: false }, 0],
  ])('in production: %s', async (_name, store, times) => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const req: Request = Object.assign(Object.create(express.request), {
      app: express().set('env', 'production'),
    });
    let made = 0;
    const { resolve } = directoryOver(async () => customer(`cus_${++made}`), { store });
    await resolve('dora', req);
    await resolve('emil', {} as Request);
    const codes = emitWarning.mock.calls.map(([, options]) => (options as { code: string }).code);
    expect(codes.filter((code) => code === 'ESCS_MEMORY_STORE')).toHaveLength(times);
  });
});
