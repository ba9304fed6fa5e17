import type { RequestHandler } from 'express';
import request from 'supertest';
import {
  type CustomerSessionEvent,
  CustomerSessionProblem,
  customerSessionGuard,
  customerSessionIssuer,
} from '../../src/index.js';
import { call, expectProblem, fromBrowser } from '../support/call.js';
import { ADA, type HostSettings, startHost, type TestHost } from '../support/host.js';
import { until } from '../support/until.js';

const SESSIONS = 'POST /v1/customer_sessions';

let host: TestHost;
async function start(settings: HostSettings = {}): Promise<TestHost> {
  host = await startHost(settings);
  return host;
}
afterEach(() => host.close());

const ask = (user = 'ada') => call(host, { headers: fromBrowser(host, { 'x-user': user }) });

describe('H14 an answer, and what the host does with res', () => {
  it('H14 leaves the answer of a time-out middleware alone, and drops the session', async () => {
    const timeOut: RequestHandler = (req, res, next) => {
      req.once('too-late', () => res.status(503).type('text').send('too late'));
      next();
    };
    await start({
      prepare: (app) => app.use(timeOut),
      options: {
        components: (_user, req) => {
          req.emit('too-late');
          return { payment_element: { enabled: true } };
        },
      },
    });
    const answer = await request(host.server)
      .post(host.path)
      .trustLocalhost()
      .set({ ...fromBrowser(host), host: host.authority } as Record<string, string>);
    expect([answer.status, answer.text]).toEqual([503, 'too late']);
    await until(() => host.events.length === 1);
    expect(host.events).toMatchObject([
      { outcome: 'client_closed', status: 499, reason: 'already_answered' },
    ]);
  });

  it('H14 a res whose end throws is destroyed, and one event tells of it', async () => {
    const thrown = new Error('broken res');
    let isBroken = true;
    await start({
      prepare: (app) =>
        app.use((_req, res, next) => {
          if (isBroken) {
            res.end = () => {
              throw thrown;
            };
          }
          next();
        }),
    });
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(host.events).toMatchObject([
      { outcome: 'internal_error', status: 500, reason: 'response', error: thrown },
    ]);
    isBroken = false;
    expect((await ask()).status).toBe(200);
  });

  it.each(['Transfer-Encoding', 'Content-Encoding', 'Trailer'])(
    'H14 takes back a %s that an earlier middleware set',
    async (name) => {
      const value = { 'Transfer-Encoding': 'chunked', 'Content-Encoding': 'gzip', Trailer: 'Digest' }[name];
      await start({
        prepare: (app) =>
          app.use((_req, res, next) => {
            res.setHeader(name, value ?? '');
            next();
          }),
      });
      for (const answer of [await ask(), await ask('stranger')]) {
        expect(answer.headers[name.toLowerCase()]).toBeUndefined();
        expect(answer.headers['content-length']).toBe(String(answer.text.length));
      }
    },
  );
});

describe('H13 the formats', () => {
  const account = (format: 'mobile' | 'billing-sdk', answered: object) => {
    const settings = { options: { format, resolveCustomer: () => 'acct_Buyer1' } } as const;
    return start(settings).then(({ emulator }) => {
      emulator.addAccount({ id: 'acct_Buyer1' });
      emulator.setFault(SESSIONS, { transform: (answer) => ({ ...answer, ...answered }) });
      return ask();
    });
  };

  it.each([undefined, null, 'acct_Buyer1', { id: ADA }])(
    'H13 mobile wants the id of a customer: an account whose answer has %p is refused',
    async (customer) => {
      expectProblem(await account('mobile', { customer }), 502, 'stripe_mismatch');
      expect(host.events).toMatchObject([{ outcome: 'stripe_mismatch', reason: 'no_customer_id' }]);
    },
  );

  it('H13 mobile takes the customer that Stripe names for an account', async () => {
    expect((await account('mobile', { customer: ADA })).json.customerId).toBe(ADA);
  });

  it.each([
    [undefined, 'acct_Buyer1'],
    [ADA, ADA],
  ])('H13 billing-sdk of an account whose answer has the customer %p gets %s', async (customer, given) => {
    expect((await account('billing-sdk', { customer })).json.customer).toBe(given);
  });

  it('H13 billing-sdk recognises a signed-out user by a member that no other refusal has', async () => {
    await start({ options: { format: 'billing-sdk' } });
    expect((await ask('stranger')).json.error).toEqual({ type: 'no_session_present' });
    expectProblem(await ask('nobody-yet'), 409, 'no_customer');
  });
});

describe('H11 which step was under way at the deadline', () => {
  const never = () => new Promise<never>(() => undefined);
  const store = { increment: never, decrement: () => undefined, resetKey: () => undefined };

  it.each([
    ['authenticate', { authenticate: never }],
    ['resolve_customer', { resolveCustomer: never }],
    ['components', { components: never }],
    ['rate_limit', { rateLimit: { store } }],
  ])('H11 the event of the 504 names %s', async (reason, options) => {
    await start({ options: { ...options, deadlineMs: 100 } });
    expectProblem(await ask(), 504, 'timeout');
    expect(host.events).toMatchObject([{ outcome: 'timeout', reason }]);
  });

  it('H11 the event of the 504 names stripe, for a client that honours no time-out', async () => {
    await start({ options: { deadlineMs: 100, stripe: { customerSessions: { create: never } } } });
    expectProblem(await ask(), 504, 'timeout');
    expect(host.events).toMatchObject([{ outcome: 'timeout', reason: 'stripe' }]);
  });

  it.each([
    ['authenticate', 'authenticate'],
    ['resolveCustomer', 'resolve_customer'],
    ['components', 'components'],
  ])('H7 the event of a 500 names %s where it throws', async (option, reason) => {
    const thrown = new Error('of the host');
    await start({ options: { [option]: () => Promise.reject(thrown) } });
    expectProblem(await ask(), 500, 'internal_error');
    expect(host.events).toMatchObject([{ outcome: 'internal_error', reason, error: thrown }]);
  });

  it('H7 the event of components that are not clean says so, with the message of start-up', async () => {
    await start({ options: { components: () => ({ payment_element: true }) as never } });
    expectProblem(await ask(), 500, 'misconfigured');
    const [event] = host.events;
    expect(event).toMatchObject({ reason: 'components' });
    expect(String(event?.error)).toContain('payment_element');
  });
});

describe('H11 a customer that is missing', () => {
  it('H11 is asked for once at Stripe where the resolver gives the same again', async () => {
    await start({ options: { resolveCustomer: () => 'cus_Gone' } });
    expectProblem(await ask(), 409, 'no_customer');
    expect(host.emulator.requests).toHaveLength(1);
  });

  it('H11 is asked for again where the same id is of another account', async () => {
    await start({
      options: {
        resolveCustomer: (_user, _req, missing) => ({
          customer: 'cus_OfSeller',
          stripeAccount: missing === undefined ? 'acct_Seller1' : 'acct_Seller2',
        }),
      },
    });
    host.emulator.addCustomer({ id: 'cus_OfSeller', account: 'acct_Seller2' });
    expect((await ask()).status).toBe(200);
    expect(host.emulator.requests.map(({ account }) => account)).toEqual(['acct_Seller1', 'acct_Seller2']);
  });
});

describe('H8 whose limit it is', () => {
  it.each([
    [ADA, `:${ADA}`],
    [{ customer: ADA, stripeAccount: 'acct_1' }, `acct_1:${ADA}`],
    [{ customer: ADA, stripeContext: 'acct_1/acct_2' }, `acct_1/acct_2:${ADA}`],
    [{ customer: ADA, stripeContext: 'acct_1/b2/c3/d4/e5' }, `acct_1/b2/c3/d4/e5:${ADA}`],
    ['acct_Buyer1', ':acct_Buyer1'],
  ])('H8 %j is counted by an id and its account', async (ref, key) => {
    const keys: string[] = [];
    const increment = (of: string) => {
      keys.push(of);
      return { totalHits: 1, resetTime: new Date(Date.now() + 60_000) };
    };
    const store = { localKeys: true, increment, decrement: () => undefined, resetKey: () => undefined };
    await start({ options: { resolveCustomer: () => ref, rateLimit: { store } } });
    await ask();
    expect(keys).toEqual([`customer-session:${key}`]);
  });
});

describe('H9 and H14 a slot that nobody used', () => {
  it('H9 is no sign that Stripe answers again: the waiting room stays closed', async () => {
    const calls: ((error: Error) => void)[] = [];
    const create = () => new Promise<never>((_resolve, reject) => calls.push(reject));
    await start({
      options: {
        authenticate: (req) => ({ name: String(req.get('x-user')), customer: ADA }),
        resolveCustomer: ({ name, customer }, req) => {
          if (name === 'leaver') req.res?.destroy();
          return customer;
        },
        stripe: { customerSessions: { create } },
        maxInFlight: 1,
        maxWaiting: 1,
        deadlineMs: 500,
      },
    });
    const reasonOf = async (user: string) => {
      await ask(user);
      return host.events.at(-1)?.reason;
    };
    expect(await reasonOf('stuck')).toBe('stripe');
    // A second after its start the stuck call is taken for a hang.
    let reason: string | undefined;
    while (reason !== 'room_closed') reason = await reasonOf('waiting');
    calls[0]?.(new Error('the stuck call ends'));
    await expect(ask('leaver')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await until(() => host.events.at(-1)?.outcome === 'client_closed');
    const stuckToo = ask('stuck too');
    await until(() => calls.length === 2);
    expect(await reasonOf('late')).toBe('room_closed');
    expectProblem(await stuckToo, 504, 'timeout');
  });
});

describe('H14 issue() for a caller who has left', () => {
  it('H14 rejects, and its event says why', async () => {
    const events: CustomerSessionEvent[] = [];
    const rejected: unknown[] = [];
    await start({
      prepare: (app) => {
        app.post('/checkout', customerSessionGuard(), (req, res) => {
          const issuer = customerSessionIssuer({
            resolveCustomer: () => {
              res.destroy();
              return ADA;
            },
            components: { payment_element: { enabled: true } },
            stripe: { customerSessions: { create: () => Promise.reject(new Error('not to be asked')) } },
            onEvent: (event) => void events.push(event),
          });
          issuer.issue({ stripeCustomerId: ADA }, req).catch((error: unknown) => rejected.push(error));
        });
      },
    });
    const headers = fromBrowser(host);
    await expect(call(host, { path: '/checkout', headers })).rejects.toMatchObject({ code: 'ECONNRESET' });
    await until(() => rejected.length === 1);
    expect(rejected).toEqual([expect.any(CustomerSessionProblem)]);
    expect(rejected).toMatchObject([
      { name: 'CustomerSessionProblem', code: 'timeout', reason: 'client_closed' },
    ]);
    expect(events).toMatchObject([{ outcome: 'client_closed', status: 499, reason: 'client_closed' }]);
  });
});
