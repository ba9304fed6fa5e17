import { EventEmitter, once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Express } from 'express';
import { CreationLimit } from '../../src/customers/creation-limit.js';
import { expectProblem, fromBrowser } from '../support/call.js';
import { until } from '../support/until.js';
import { customerIn, type DirectoryHost, startDirectoryHost } from './support/directory-host.js';

const CREATE = 'POST /v1/customers';

let host: DirectoryHost;
const creations = () => host.emulator.requests.filter(({ route }) => route === CREATE);
const customersMade = () => host.emulator.customers.size - 1;

/** A clock that tests set forward. */
let aheadMs = 0;
const now = performance.now.bind(performance);
beforeEach(() => {
  aheadMs = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await host?.close();
});

const retryAfterS = (answer: { headers: Record<string, unknown> }) => {
  expect(answer.headers['retry-after']).toMatch(/^[1-9]\d{0,4}$/);
  return Number(answer.headers['retry-after']);
};

// In full (`npm run test:long`) each creation takes 0.4 s, as at Stripe.
const isLong = process.env.TEST_LONG !== undefined;
const UPSTREAM_MS = isLong ? 400 : 200;
const NEW_USERS = isLong ? 400 : 160;

describe('D11 a crowd of new users', () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 500 });
  // Behind a proxy that ends TLS: 400 handshakes at once would take longer than the creations.
  const proxied = { plain: true, prepare: (app: Express) => app.set('trust proxy', 'loopback') };
  afterAll(() => agent.destroy());

  function post(user: string): Promise<{ status: number; retryAfter: string | undefined }> {
    host.users.set(user, null);
    return new Promise((resolve, reject) => {
      const headers = {
        ...fromBrowser(host, { 'x-user': user, 'x-forwarded-proto': 'https' }),
        origin: `https://${host.authority}`,
        host: host.authority,
      };
      const { port } = new URL(host.origin);
      const options = { host: '127.0.0.1', port, path: host.path, method: 'POST', headers, agent };
      request(options, (res) => {
        const { statusCode: status = 0, headers: given } = res;
        res.resume().on('end', () => {
          resolve({ status, retryAfter: given['retry-after'] });
        });
      })
        .on('error', reject)
        .end();
    });
  }

  /** Asks as the answers say: again after each 503, when its `Retry-After` is over. */
  async function untilServed(user: string, refused?: () => void): Promise<void> {
    for (;;) {
      const { status, retryAfter } = await post(user);
      expect([200, 503]).toContain(status);
      if (status === 200) return;
      refused?.();
      expect(retryAfter).toBe('1');
      await sleep(Number(retryAfter) * 1_000);
    }
  }

  /** A client that counts its open calls, and holds them until `gate`. */
  function countingClient(gate: Promise<unknown>) {
    const count = { open: 0, most: 0 };
    const create = async (params: object, options: object) => {
      count.open += 1;
      count.most = Math.max(count.most, count.open);
      await gate;
      try {
        return await host.stripe.customers.create(params, options);
      } finally {
        count.open -= 1;
      }
    };
    return { count, stripe: { customers: { create } } };
  }

  it('never has more than 8 calls open, answers each with 200 or 503, and known users with 200', async () => {
    const refused = new EventEmitter();
    const { count, stripe } = countingClient(once(refused, 'first'));
    host = await startDirectoryHost({
      stripe,
      scope: 'test',
      // The default deadline in full; in short it is for Stripe alone, not for a machine that is busy.
      host: { ...proxied, options: { maxInFlight: 500, ...(isLong ? {} : { deadlineMs: 60_000 }) } },
    });
    const known = Array.from({ length: 20 }, (_, index) => `known-${index}`);
    for (const user of known) await host.store.claim('test', user, host.emulator.addCustomer({}).id);
    const before = customersMade();
    host.emulator.setFault(CREATE, { delayMs: UPSTREAM_MS });

    let refusals = 0;
    let waiting = NEW_USERS;
    const served = async (user: string) => {
      await untilServed(user, () => {
        refusals += 1;
        refused.emit('first');
      });
      waiting -= 1;
    };
    async function askAsKnown(): Promise<void> {
      while (waiting > 0) {
        for (const user of known) expect(await post(user)).toMatchObject({ status: 200 });
      }
    }
    const startedAt = now();
    const users = Array.from({ length: NEW_USERS }, (_, index) => `new-${index}`);
    await Promise.all([...users.map(served), askAsKnown()]);

    if (isLong) {
      process.stdout.write(
        `D11: ${NEW_USERS} new users at ${UPSTREAM_MS} ms upstream: all had a session after ` +
          `${Math.round(now() - startedAt)} ms, ${refusals} answers were 503, at most ${count.most} calls open\n`,
      );
    }
    expect(count.most).toBe(8);
    expect(refusals).toBeGreaterThan(0);
    expect(customersMade() - before).toBe(NEW_USERS);
  }, 180_000);

  it("maxInFlight is the directory's own", async () => {
    const { count, stripe } = countingClient(Promise.resolve());
    host = await startDirectoryHost({ stripe, scope: 'test', maxInFlight: 2, host: proxied });
    host.emulator.setFault(CREATE, { delayMs: 20 });
    await Promise.all(Array.from({ length: 20 }, (_, index) => untilServed(`new-${index}`)));
    expect(count.most).toBe(2);
    expect(customersMade()).toBe(20);
  });

  it('who waits for a call is told within the deadline of the router, not after it', async () => {
    const release = new EventEmitter();
    const { count, stripe } = countingClient(once(release, 'now'));
    host = await startDirectoryHost({
      stripe,
      scope: 'test',
      maxInFlight: 1,
      // Less than the second after which a stalled room is emptied anyway.
      host: { ...proxied, options: { deadlineMs: 900 } },
    });
    const first = post('new-1');
    await until(() => count.open > 0);
    expect(await post('new-2')).toMatchObject({ status: 503, retryAfter: '1' });
    expect(host.events.map(({ reason }) => reason)).toContain('waited');
    expect(await first).toMatchObject({ status: 504 });
    release.emit('now');
  });
});

describe('D11 a user whose creation Stripe refuses', () => {
  const refusal = { status: 400, error: { code: 'email_invalid', param: 'email' } } as const;

  it('is answered from memory: Stripe is asked once in 10 s, then in 20 s, and so on to 5 minutes', async () => {
    host = await startDirectoryHost();
    host.emulator.setFault(CREATE, refusal);
    const pauses: number[] = [];
    for (let asked = 1; asked <= 8; asked += 1) {
      let pauseS = 0;
      for (let again = 0; again < 5; again += 1) {
        const answer = await host.post('dora');
        expectProblem(answer, 500, 'misconfigured');
        pauseS = Math.max(pauseS, retryAfterS(answer));
        expect(host.events.at(-1)).toMatchObject({
          reason: 'creation_refused',
          stripeStatus: 400,
          stripeCode: 'email_invalid',
        });
      }
      expect(creations()).toHaveLength(asked);
      pauses.push(pauseS);
      aheadMs += pauseS * 1_000;
    }
    expect(pauses).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('others are not held up, and once it succeeds it is forgotten', async () => {
    host = await startDirectoryHost();
    host.emulator.setFault(CREATE, refusal, { times: 1 });
    expectProblem(await host.post('dora'), 500, 'misconfigured');
    customerIn(await host.post('emil'));
    aheadMs += 10_000;
    const dora = customerIn(await host.post('dora'));
    expect(await host.store.get('test', 'dora')).toEqual({ customer: dora });
    await expect(Promise.resolve(host.store.replace('test', 'dora', dora, 'cus_x'))).resolves.toBe(true);
  });

  it.each([
    ['a rate limit', { status: 429, error: { code: 'rate_limit' } }, 503, 'stripe_rate_limited'],
    ['a failure', { status: 503 }, 502, 'stripe_unavailable'],
  ] as const)('%s is not a refusal', async (_what, fault, status, code) => {
    host = await startDirectoryHost();
    host.emulator.setFault(CREATE, fault);
    expectProblem(await host.post('dora'), status, code);
    host.emulator.setFault(CREATE, undefined);
    customerIn(await host.post('dora'));
  });
});

describe('D11 creations of one user', () => {
  it('are limited to 10 a minute, whatever becomes of them', async () => {
    host = await startDirectoryHost();
    host.emulator.setFault(CREATE, { status: 503 });
    for (let again = 0; again < 10; again += 1) {
      expectProblem(await host.post('dora'), 502, 'stripe_unavailable');
    }
    const asked = creations().length;
    const answer = await host.post('dora');
    expectProblem(answer, 429, 'rate_limited');
    expect(retryAfterS(answer)).toBeLessThanOrEqual(60);
    expect(host.events.at(-1)).toMatchObject({ reason: 'creations' });
    expect(creations()).toHaveLength(asked);
    expectProblem(await host.post('emil'), 502, 'stripe_unavailable');
    aheadMs += 60_000;
    host.emulator.setFault(CREATE, undefined);
    customerIn(await host.post('dora'));
  });

  it('are not used up by a user who was told to come back later', async () => {
    const release = new EventEmitter();
    const created = once(release, 'now');
    const create = async (params: object, options: object) => {
      await created;
      return host.stripe.customers.create(params, options);
    };
    host = await startDirectoryHost({ stripe: { customers: { create } }, scope: 'test', maxInFlight: 1 });
    const first = host.post('emil');
    for (let turn = 0; turn < 15; turn += 1) expectProblem(await host.post('dora'), 503, 'overloaded');
    release.emit('now');
    customerIn(await first);
    customerIn(await host.post('dora'));
  });

  it('are remembered of 10,000 users, the last ones', () => {
    const limit = new CreationLimit();
    const users = Array.from({ length: 10_001 }, (_, index) => `user-${index}`);
    for (const user of users) limit.refuse(user, {});
    expect(() => limit.begin('user-0')).not.toThrow();
    expect(() => limit.begin('user-10000')).toThrow(/not set up/);
  });
});
