import { channel } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { inspect } from 'node:util';
import { urlencoded as parseForm, json as parseJson } from 'express';
import Stripe from 'stripe';
import request from 'supertest';
import { startStripeEmulator } from '../../src/testing/index.js';
import { call, expectProblem, fromBrowser } from '../support/call.js';
import { ADA, startHost, type TestHost } from '../support/host.js';
import { until } from '../support/until.js';

const SESSIONS = 'POST /v1/customer_sessions';
const hosts: TestHost[] = [];

async function host(...args: Parameters<typeof startHost>): Promise<TestHost> {
  const started = await startHost(...args);
  hosts.push(started);
  return started;
}

let shop: TestHost;
beforeAll(async () => {
  shop = await host();
});
beforeEach(() => shop.emulator.setFault(SESSIONS, undefined));
afterAll(() => Promise.all(hosts.map((each) => each.close())));

describe('a signed-in user', () => {
  it('H13 gets exactly client_secret and expires_at, with an exact length', async () => {
    const answer = await call(shop, { headers: fromBrowser(shop) });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.json)).toEqual(['client_secret', 'expires_at']);
    const session = shop.emulator.sessions.at(-1);
    expect(answer.json.client_secret).toBe(session?.clientSecret);
    expect(session?.customer).toBe(ADA);
    expect(answer.json.expires_at).toBe(Math.floor((session?.expiresAt ?? 0) / 1000));
    expect(answer.headers['content-length']).toBe(String(answer.text.length));
    // A compressing or chunked answer would have neither.
    expect(answer.headers['content-encoding']).toBeUndefined();
  });

  it.each([
    ['mobile', ['customerId', 'clientSecret', 'expiresAt']],
    ['billing-sdk', ['clientSecret', 'expiresAt', 'customer']],
  ] as const)('H13 gets the members of the format %s', async (format, members) => {
    const app = await host({ options: { format } });
    const { json } = await call(app, { headers: fromBrowser(app) });
    expect(Object.keys(json)).toEqual(members);
    expect(json.customerId ?? json.customer).toBe(ADA);
    expect(json.expiresAt).toEqual(expect.any(Number));
  });

  it('H13 is answered the same through supertest, with json replacer, spaces and etag set by the host', async () => {
    const app = await host({
      prepare: (express) => {
        express.set('json spaces', 4);
        express.set('json replacer', () => 'replaced');
        express.set('etag', 'strong');
      },
    });
    const { status, body, headers } = await request(app.server)
      .post(app.path)
      .trustLocalhost()
      .set({ ...fromBrowser(app), host: app.authority } as Record<string, string>);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['client_secret', 'expires_at']);
    expect(headers.etag).toBeUndefined();
  });
});

const ALWAYS = [
  'cache-control',
  'connection',
  'content-length',
  'content-security-policy',
  'content-type',
  'cross-origin-resource-policy',
  'date',
  'pragma',
  'referrer-policy',
  'vary',
  'x-content-type-options',
];
const LIMITED = ['ratelimit', 'ratelimit-policy'];

describe('H1 headers', () => {
  it('H1 are these and no others, whatever the status', async () => {
    const app = await host({ options: { rateLimit: { limit: 4 } } });
    const late = await host({
      options: { deadlineMs: 100, authenticate: () => new Promise(() => undefined) },
    });
    const namesOf = async (user: string, method = 'POST', origin = app.origin) => {
      const headers = fromBrowser(app, { 'x-user': user, origin, connection: 'close' });
      const { status, headers: names } = await call(app, { method, headers });
      return [status, Object.keys(names).toSorted()];
    };
    const all = (...more: string[]) => [...ALWAYS, ...more].toSorted();
    expect(await namesOf('ada')).toEqual([200, all(...LIMITED)]);
    expect(await namesOf('ada', 'GET')).toEqual([405, all('allow')]);
    expect(await namesOf('ada', 'POST', 'http://shop.example')).toEqual([403, all()]);
    expect(await namesOf('stranger')).toEqual([401, all()]);
    expect(await namesOf('nobody-yet')).toEqual([409, all()]);
    app.emulator.setFault(SESSIONS, { transform: () => ({}) });
    expect(await namesOf('ada')).toEqual([502, all()]);
    app.emulator.setFault(SESSIONS, { error: { code: 'parameter_unknown' } });
    expect(await namesOf('ada')).toEqual([500, all()]);
    app.emulator.setFault(SESSIONS, { status: 429, headers: { 'Stripe-Should-Retry': 'false' } });
    expect(await namesOf('ada')).toEqual([503, all('retry-after')]);
    expect(await namesOf('ada')).toEqual([429, all(...LIMITED, 'retry-after')]);
    const { status, headers } = await call(late, { headers: fromBrowser(late, { connection: 'close' }) });
    expect([status, Object.keys(headers).toSorted()]).toEqual([504, all()]);
  });

  it('H1 replaces what the host set before, and adds nothing of CORS', async () => {
    const app = await host({
      prepare: (express) =>
        express.use((_req, res, next) => {
          res.set({
            'Cache-Control': 'public, max-age=600',
            Vary: 'Origin',
            ETag: '"x"',
            'X-Powered-By': 'host',
          });
          next();
        }),
    });
    const answer = await call(app, { headers: fromBrowser(app) });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('H2 method', () => {
  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    'H2 answers %s with 405 and Allow: POST, before any callback',
    async (method) => {
      const before = { ...shop.calls };
      const answer = await call(shop, { method, headers: fromBrowser(shop) });
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe('POST');
      if (method !== 'HEAD') expectProblem(answer, 405, 'method_not_allowed');
      expect(shop.calls).toEqual(before);
    },
  );

  it('H2 answers its mount path only: sub-paths fall through to the host untouched', async () => {
    const answer = await call(shop, { path: `${shop.path}/other`, headers: fromBrowser(shop) });
    expect(answer.status).toBe(404);
    expect(answer.headers['cache-control']).toBeUndefined();
    const slash = await call(shop, { path: `${shop.path}/?customer=cus_Other`, headers: fromBrowser(shop) });
    expect(slash.status).toBe(200);
  });

  it('never reads the body, the query or the params, whatever the host has parsed', async () => {
    const app = await host({
      path: '/:customer/session',
      prepare: (express) => express.use(parseJson(), parseForm({ extended: true })),
    });
    const claim = { customer: 'cus_Mallory', customerAccount: 'acct_Mallory', components: {} };
    for (const [type, body] of [
      ['application/json', JSON.stringify(claim)],
      ['application/x-www-form-urlencoded', 'customer=cus_Mallory'],
    ] as const) {
      const path = '/cus_Mallory/session?customer=cus_Mallory';
      const headers = fromBrowser(app, { 'content-type': type });
      expect((await call(app, { path, body, headers })).status).toBe(200);
    }
    expect(app.emulator.requests.map(({ params }) => params.customer)).toEqual([ADA, ADA]);
  });
});

describe('H5 and H6, who', () => {
  it('H5 answers 401 when nobody is signed in', async () => {
    const answer = await call(shop, { headers: fromBrowser(shop, { 'x-user': 'stranger' }) });
    expectProblem(answer, 401, 'unauthenticated');
  });

  it.each([
    ['null', null],
    ['undefined', undefined],
    ['false', false as never],
    ['an empty string', '' as never],
  ])('H5 takes %s for nobody', async (_name, nobody) => {
    const app = await host({ options: { authenticate: () => nobody } });
    expectProblem(await call(app, { headers: fromBrowser(app) }), 401, 'unauthenticated');
    expect(app.calls.resolve).toBe(0);
  });

  it('H5 uses 401 for nothing else: an authenticate that throws or rejects is a 500', async () => {
    for (const authenticate of [
      () => Promise.reject(new Error('session store down')),
      () => throwing('sync'),
    ]) {
      const app = await host({ options: { authenticate } });
      expectProblem(await call(app, { headers: fromBrowser(app) }), 500, 'internal_error');
      expect(app.events.at(-1)?.error).toBeInstanceOf(Error);
    }
  });

  it("H5 adds BillingSDK's own member to its 401", async () => {
    const app = await host({ options: { format: 'billing-sdk' } });
    const answer = await call(app, { headers: fromBrowser(app, { 'x-user': 'stranger' }) });
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({ code: 'unauthenticated', error: { type: 'no_session_present' } });
  });

  it('H6 answers 409 when the user has no customer', async () => {
    const answer = await call(shop, { headers: fromBrowser(shop, { 'x-user': 'nobody-yet' }) });
    expectProblem(answer, 409, 'no_customer');
  });

  it('reads req.user by default', async () => {
    const app = await host({
      options: { authenticate: undefined as never },
      prepare: (express) =>
        express.use((req, _res, next) => {
          Object.assign(req, { user: { name: 'ada', customer: ADA } });
          next();
        }),
    });
    expect((await call(app, { headers: fromBrowser(app) })).status).toBe(200);
  });
});

describe('H8 rate limit', () => {
  it('H8 counts by customer, answers 429 with Retry-After, and shows no key', async () => {
    const app = await host({ options: { rateLimit: { limit: 2, windowMs: 30_000 } } });
    app.emulator.addCustomer({ id: 'cus_Bob' });
    app.users.set('bob', 'cus_Bob');
    const first = await call(app, { headers: fromBrowser(app) });
    expect(first.status).toBe(200);
    expect(first.headers['ratelimit-policy']).toBe('"customer-session";q=2;w=30');
    expect(first.headers.ratelimit).toMatch(/^"customer-session";r=1;t=(29|30)$/);
    await call(app, { headers: fromBrowser(app) });
    const third = await call(app, { headers: fromBrowser(app) });
    expectProblem(third, 429, 'rate_limited');
    expect(Number(third.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(third.headers.ratelimit).toContain('r=0');
    expect(JSON.stringify(third.headers)).not.toContain('pk=');
    expect(JSON.stringify(third.headers)).not.toContain(ADA);
    const bob = await call(app, { headers: fromBrowser(app, { 'x-user': 'bob' }) });
    expect(bob.status).toBe(200);
    expect(app.emulator.sessions).toHaveLength(3);
  });

  it("H8 works with express-rate-limit's own memory store, which forgets after the window", async () => {
    const { MemoryStore } = await import('express-rate-limit');
    const app = await host({
      options: { rateLimit: { limit: 1, windowMs: 2_000, store: new MemoryStore() } },
    });
    expect((await call(app, { headers: fromBrowser(app) })).status).toBe(200);
    expectProblem(await call(app, { headers: fromBrowser(app) }), 429, 'rate_limited');
    let { status } = await call(app, { headers: fromBrowser(app) });
    while (status === 429) ({ status } = await call(app, { headers: fromBrowser(app) }));
    expect(status).toBe(200);
  });

  it('H8 refuses with a 500 when a store without a guard fails', async () => {
    const store = {
      increment: () => Promise.reject(new Error('redis is down')),
      decrement: () => undefined,
      resetKey: () => undefined,
    };
    const app = await host({ options: { rateLimit: { store } } });
    expectProblem(await call(app, { headers: fromBrowser(app) }), 500, 'internal_error');
    expect(app.emulator.requests).toHaveLength(0);
  });

  it('H8 can be switched off', async () => {
    const app = await host({ options: { rateLimit: false } });
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => call(app, { headers: fromBrowser(app) })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(40);
    expect(answers[0]?.headers.ratelimit).toBeUndefined();
  });
});

describe('H9 slots', () => {
  it('H9 answers 503 overloaded with Retry-After: 1 when there is no slot and no room', async () => {
    const app = await host({ options: { maxInFlight: 2, maxWaiting: 1 } });
    app.emulator.setFault(SESSIONS, { delayMs: 300 });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => call(app, { headers: fromBrowser(app) })),
    );
    const served = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(served).toHaveLength(3);
    for (const answer of refused) {
      expectProblem(answer, 503, 'overloaded');
      expect(answer.headers['retry-after']).toBe('1');
    }
    expect((await call(app, { headers: fromBrowser(app) })).status).toBe(200);
  });

  it('H9 empties and closes the room while no call ends', async () => {
    const app = await host({ options: { maxInFlight: 1, maxWaiting: 5, deadlineMs: 50_000 } });
    app.emulator.setFault(SESSIONS, { delayMs: 3_000 });
    const first = call(app, { headers: fromBrowser(app) });
    await until(() => app.emulator.requests.length === 1);
    const waiting = await call(app, { headers: fromBrowser(app) });
    expectProblem(waiting, 503, 'overloaded');
    const closed = await call(app, { headers: fromBrowser(app) });
    expectProblem(closed, 503, 'overloaded');
    expect(app.emulator.requests).toHaveLength(1);
    expect((await first).status).toBe(200);
  });
});

describe('H10 creation', () => {
  it('H10 creates a session for each request, each with a key of its own', async () => {
    shop.emulator.clearRequests();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => call(shop, { headers: fromBrowser(shop) })),
    );
    expect(new Set(answers.map(({ json }) => json.client_secret)).size).toBe(5);
    expect(new Set(shop.emulator.requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(5);
  });

  it('H10 makes at most two attempts, with one key', async () => {
    shop.emulator.clearRequests();
    shop.emulator.setFault(SESSIONS, { status: 503, error: { type: 'api_error' } });
    expectProblem(await call(shop, { headers: fromBrowser(shop) }), 502, 'stripe_unavailable');
    expect(shop.emulator.requests).toHaveLength(2);
    expect(new Set(shop.emulator.requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(shop.events.at(-1)).toMatchObject({ attempts: 2, stripeStatus: 503 });
  });
});

describe("H11 Stripe's refusals", () => {
  it.each([
    [429, { type: 'invalid_request_error', code: 'rate_limit' }, 503, 'stripe_rate_limited'],
    [409, { type: 'idempotency_error' }, 502, 'stripe_unavailable'],
    [500, { type: 'api_error' }, 502, 'stripe_unavailable'],
    [503, { type: 'api_error' }, 502, 'stripe_unavailable'],
    [400, { type: 'invalid_request_error', code: 'parameter_unknown', param: 'x' }, 500, 'misconfigured'],
    [401, { type: 'invalid_request_error' }, 500, 'misconfigured'],
    [402, { type: 'card_error' }, 500, 'misconfigured'],
    [403, { type: 'invalid_request_error' }, 500, 'misconfigured'],
    [404, { type: 'invalid_request_error', code: 'resource_missing', param: 'other' }, 500, 'misconfigured'],
  ])('H11 turns %i %j into %i %s', async (stripeStatus, error, status, code) => {
    const message = 'the text of Stripe';
    shop.emulator.setFault(SESSIONS, { status: stripeStatus, error: { ...error, message } });
    const answer = await call(shop, { headers: fromBrowser(shop) });
    expectProblem(answer, status, code);
    expect(answer.text).not.toContain(message);
    expect(shop.events.at(-1)).toMatchObject({ outcome: code, status, stripeStatus });
    if (code === 'stripe_rate_limited') expect(answer.headers['retry-after']).toBe('1');
  });

  it("H11 passes Stripe's Retry-After on, within reason", async () => {
    for (const [given, passed] of [
      ['7', '7'],
      ['86400', '60'],
      ['soon', '1'],
      ['0', '1'],
      ['0.2', '1'],
    ]) {
      const headers = { 'Retry-After': given ?? '' };
      shop.emulator.setFault(SESSIONS, { status: 429, error: { code: 'rate_limit' }, headers });
      expect((await call(shop, { headers: fromBrowser(shop) })).headers['retry-after']).toBe(passed);
    }
  });

  it.each(['before', 'after'] as const)('H11 turns a reset %s processing into 502', async (reset) => {
    shop.emulator.setFault(SESSIONS, { reset });
    expectProblem(await call(shop, { headers: fromBrowser(shop) }), 502, 'stripe_unavailable');
  });

  it.each([['<html>'], ['42'], ['null'], ['[]'], ['"text"'], ['{"object":'], ['']])(
    'H11 turns the junk %j into 502',
    async (rawBody) => {
      shop.emulator.setFault(SESSIONS, { rawBody });
      const answer = await call(shop, { headers: fromBrowser(shop) });
      expect([answer.status, answer.json.code]).toEqual([
        502,
        expect.stringMatching(/^stripe_(unavailable|mismatch)$/),
      ]);
    },
  );

  it('H11 answers 504 at the deadline, whichever step is slow', async () => {
    const never = () => new Promise<never>(() => undefined);
    for (const options of [{ authenticate: never }, { resolveCustomer: never }, { components: never }]) {
      const app = await host({ options: { ...options, deadlineMs: 100 } });
      expectProblem(await call(app, { headers: fromBrowser(app) }), 504, 'timeout');
      expect(app.emulator.requests).toHaveLength(0);
    }
    const app = await host({ options: { deadlineMs: 200 } });
    app.emulator.setFault(SESSIONS, { hang: true });
    expectProblem(await call(app, { headers: fromBrowser(app) }), 504, 'timeout');
  });
});

describe('H11 missing customers', () => {
  it('H11 asks the resolver once more, and uses the other id it gives', async () => {
    const asked: Array<string | undefined> = [];
    const app = await host({
      options: {
        resolveCustomer: (_user, _req, missing) => {
          asked.push(missing);
          return missing === undefined ? 'cus_Gone' : ADA;
        },
      },
    });
    expect((await call(app, { headers: fromBrowser(app) })).status).toBe(200);
    expect(asked).toEqual([undefined, 'cus_Gone']);
    expect(app.emulator.requests).toHaveLength(2);
    expect(app.events.at(-1)).toMatchObject({ outcome: 'issued', customer: ADA });
  });

  it.each([
    ['the same id', 'cus_Gone'],
    ['null', null],
    ['another missing id', 'cus_GoneToo'],
  ])('H11 answers 409 when the resolver then gives %s', async (_name, second) => {
    const asked: Array<string | undefined> = [];
    const app = await host({
      options: {
        resolveCustomer: (_user, _req, missing) => {
          asked.push(missing);
          return missing === undefined ? 'cus_Gone' : second;
        },
      },
    });
    expectProblem(await call(app, { headers: fromBrowser(app) }), 409, 'no_customer');
    expect(asked).toHaveLength(2);
  });
});

describe('H12 the answer is checked', () => {
  type Body = Record<string, unknown>;
  const without = (name: string) => (answer: Body) =>
    Object.fromEntries(Object.entries(answer).filter(([key]) => key !== name));
  const wrong: Array<[name: string, reason: string, transform: (answer: Body) => Body]> = [
    ["someone else's customer", 'customer', (answer) => ({ ...answer, customer: 'cus_Mallory' })],
    ['no customer', 'customer', without('customer')],
    [
      'an expanded customer',
      'customer',
      (answer) => ({ ...answer, customer: { id: ADA, object: 'customer' } }),
    ],
    ['another object', 'object', (answer) => ({ ...answer, object: 'payment_intent' })],
    ['no secret', 'client_secret', without('client_secret')],
    ['a secret of 7', 'client_secret', (answer) => ({ ...answer, client_secret: 'x'.repeat(7) })],
    ['a secret of 5001', 'client_secret', (answer) => ({ ...answer, client_secret: 'x'.repeat(5001) })],
    [
      'a secret with a line break',
      'client_secret',
      (answer) => ({ ...answer, client_secret: 'cuss_secret_1234\n' }),
    ],
    [
      'a secret with a line break before it',
      'client_secret',
      (answer) => ({ ...answer, client_secret: '\ncuss_secret_1234' }),
    ],
    [
      'a secret with a space',
      'client_secret',
      (answer) => ({ ...answer, client_secret: 'cuss secret_1234' }),
    ],
    ['a secret that is a number', 'client_secret', (answer) => ({ ...answer, client_secret: 12345678 })],
    ['an expiry in ms', 'expires_at', (answer) => ({ ...answer, expires_at: Date.now() })],
    ['an expiry as text', 'expires_at', (answer) => ({ ...answer, expires_at: '1767225600' })],
    [
      'a broken expiry',
      'expires_at',
      (answer) => ({ ...answer, expires_at: Number(answer.expires_at) + 0.5 }),
    ],
    ['a negative expiry', 'expires_at', (answer) => ({ ...without('created')(answer), expires_at: -1 })],
    [
      'an expiry of before 2001',
      'expires_at',
      (answer) => ({ ...without('created')(answer), expires_at: 999_999_999 }),
    ],
    [
      'an expiry of after 2286',
      'expires_at',
      (answer) => ({ ...without('created')(answer), expires_at: 10_000_000_000 }),
    ],
    [
      'an expiry before its creation',
      'expires_at',
      (answer) => ({ ...answer, expires_at: Number(answer.created) - 1 }),
    ],
    [
      'an expiry of more than a day',
      'expires_at',
      (answer) => ({ ...answer, expires_at: Number(answer.created) + 86_401 }),
    ],
    ['no expiry', 'expires_at', without('expires_at')],
    ['a live answer to a test key', 'livemode', (answer) => ({ ...answer, livemode: true })],
    ['no mode', 'livemode', without('livemode')],
  ];

  it.each(wrong)('H12 answers %s with 502, and the secret is dropped', async (_name, reason, transform) => {
    shop.emulator.setFault(SESSIONS, { transform });
    const answer = await call(shop, { headers: fromBrowser(shop) });
    expectProblem(answer, 502, 'stripe_mismatch');
    expect(answer.text).not.toContain('cuss_secret');
    expect(shop.events.at(-1)).toMatchObject({ outcome: 'stripe_mismatch', reason });
    expect(JSON.stringify(shop.events.at(-1))).not.toContain('cuss_secret');
  });

  it.each<[name: string, change: (answer: Body) => Body]>([
    ['a secret of 8', () => ({ client_secret: '!234567~' })],
    ['a secret of 5000', () => ({ client_secret: 'x'.repeat(5000) })],
    ['an expiry at its creation', ({ created }) => ({ expires_at: created })],
    ['an expiry a day after its creation', ({ created }) => ({ expires_at: Number(created) + 86_400 })],
    ['the first expiry there is', () => ({ expires_at: 1_000_000_000, created: undefined })],
    ['the last one', () => ({ expires_at: 9_999_999_999, created: undefined })],
  ])('H12 takes %s', async (_name, change) => {
    const changed: Body = {};
    shop.emulator.setFault(SESSIONS, {
      transform: (answer) => Object.assign(changed, answer, change(answer)),
    });
    const { status, json } = await call(shop, { headers: fromBrowser(shop) });
    const { client_secret, expires_at } = changed;
    expect({ status, ...json }).toEqual({ status: 200, client_secret, expires_at });
  });

  it.each([201, 202, 204])('H12 takes a %i for no answer', async (status) => {
    shop.emulator.setFault(SESSIONS, { status });
    const answer = await call(shop, { headers: fromBrowser(shop) });
    expect([answer.status, String(answer.json.code).startsWith('stripe_')]).toEqual([502, true]);
    if (status === 201) expect(shop.events.at(-1)?.reason).toBe('status');
  });
});

describe("H15 an answer over a host's own client belongs to its call", () => {
  const session = {
    id: 'cuss_1',
    object: 'customer_session',
    customer: ADA,
    livemode: false,
    client_secret: 'cuss_secret_of_another_call',
    created: 1_767_225_600,
    expires_at: 1_767_227_400,
  };
  const missing = { statusCode: 404, code: 'resource_missing', param: 'customer' };
  // As stripe-node tells what Stripe echoed.
  const answers = {
    answer: async (idempotencyKey: string) =>
      Object.defineProperty({ ...session }, 'lastResponse', {
        value: { statusCode: 200, headers: {}, idempotencyKey },
      }),
    error: async (idempotencyKey: string) => {
      const headers = { 'idempotency-key': idempotencyKey };
      throw Object.assign(new Error('No such customer'), { ...missing, headers });
    },
  };

  it.each([
    ['answer', true, 200, undefined, 1],
    ['answer', false, 502, 'stripe_unavailable', 1],
    ['error', true, 409, 'no_customer', 2],
    // Of another customer, who may well be missing: nobody is asked for a new one.
    ['error', false, 502, 'stripe_unavailable', 1],
  ] as const)('H15 an %s with its own echo (%p) is %i %s', async (kind, isOwn, status, code, asked) => {
    const create = (_params: unknown, { idempotencyKey }: { idempotencyKey: string }) =>
      answers[kind](isOwn ? idempotencyKey : 'of-another-call');
    let resolved = 0;
    const resolveCustomer = () => {
      resolved += 1;
      return ADA;
    };
    const app = await host({
      options: { stripe: { customerSessions: { create } } as never, resolveCustomer },
    });
    const answer = await call(app, { headers: fromBrowser(app) });
    expect([answer.status, answer.json.code, resolved]).toEqual([status, code, asked]);
    expect(app.events.at(-1)?.reason).toBe(status === 502 ? 'OTHER_ANSWER' : undefined);
  });
});

describe('H14 the client goes away', () => {
  it('H14 writes nothing, gives the slot back, and tells the event', async () => {
    const app = await host({ options: { maxInFlight: 1, maxWaiting: 0 } });
    app.emulator.setFault(SESSIONS, { delayMs: 2_000 }, { times: 1 });
    const rejections: unknown[] = [];
    const note = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', note);
    const controller = new AbortController();
    const gone = call(app, { headers: fromBrowser(app), signal: controller.signal }).catch(
      (error: Error) => error.name,
    );
    await until(() => app.emulator.requests.length === 1);
    controller.abort();
    expect(await gone).toBe('AbortError');
    await until(() => app.events.length === 1);
    const reason = 'client_closed';
    expect(app.events.at(-1)).toMatchObject({ outcome: 'client_closed', status: 499, reason });
    expect((await call(app, { headers: fromBrowser(app) })).status).toBe(200);
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
  });

  it('H14 gives the slot back of a client that left before it had one', async () => {
    const counting = new EventEmitter();
    const resetTime = new Date(Date.now() + 60_000);
    const store = {
      increment: async () => {
        counting.emit('begun');
        await once(counting, 'end');
        return { totalHits: 1, resetTime };
      },
      decrement: () => undefined,
      resetKey: () => undefined,
    };
    const app = await host({ options: { maxInFlight: 1, maxWaiting: 0, rateLimit: { store } } });
    const controller = new AbortController();
    const begun = once(counting, 'begun');
    const closed = once(app.server, 'left');
    app.server.once('request', (_req, res) => res.once('close', () => app.server.emit('left')));
    const gone = call(app, { headers: fromBrowser(app), signal: controller.signal }).catch(
      (error: Error) => error.name,
    );
    await begun;
    controller.abort();
    expect(await gone).toBe('AbortError');
    await closed;
    counting.emit('end');
    await until(() => app.events.length === 1);
    expect(app.emulator.requests).toHaveLength(0);
    const again = once(counting, 'begun');
    const next = call(app, { headers: fromBrowser(app) });
    await again;
    counting.emit('end');
    expect((await next).status).toBe(200);
  });

  it('H14 asks nothing of Stripe for a client that left while it waited', async () => {
    const app = await host({ options: { maxInFlight: 1, maxWaiting: 5 } });
    app.emulator.setFault(SESSIONS, { delayMs: 3_000 }, { times: 1 });
    const first = call(app, { headers: fromBrowser(app) });
    await until(() => app.emulator.requests.length === 1);
    const controller = new AbortController();
    const gone = call(app, { headers: fromBrowser(app), signal: controller.signal }).catch(
      (error: Error) => error.name,
    );
    // Counted by the limit, it is about to wait for the slot.
    await until(() => app.calls.limiter === 2);
    controller.abort();
    expect(await gone).toBe('AbortError');
    expect((await first).status).toBe(200);
    await until(() => app.events.length === 2);
    expect(app.emulator.requests).toHaveLength(1);
  });
});

describe('events', () => {
  it('tells one frozen, plain event per request, to onEvent and to the channel', async () => {
    const published: unknown[] = [];
    const listen = (event: unknown) => {
      published.push(event);
    };
    channel('express-stripe-customer-session').subscribe(listen);
    shop.events.length = 0;
    await call(shop, { headers: fromBrowser(shop) });
    await call(shop, { method: 'GET' });
    await call(shop, { headers: fromBrowser(shop, { 'x-user': 'stranger' }) });
    channel('express-stripe-customer-session').unsubscribe(listen);
    expect(shop.events.map(({ outcome, status }) => [outcome, status])).toEqual([
      ['issued', 200],
      ['method_not_allowed', 405],
      ['unauthenticated', 401],
    ]);
    expect(published).toEqual(shop.events);
    const [issued] = shop.events;
    expect(Object.isFrozen(issued)).toBe(true);
    expect(Object.getPrototypeOf(issued)).toBe(Object.prototype);
    expect(issued).toEqual({
      outcome: 'issued',
      status: 200,
      ms: expect.any(Number),
      stripeMs: expect.any(Number),
      attempts: 1,
      stripeRequestId: expect.stringMatching(/^req_/),
      stripeStatus: 200,
      livemode: false,
      customer: ADA,
    });
  });

  it("keeps the host's own error off the channel, and Stripe's raw error off both", async () => {
    const published: object[] = [];
    const listen = (event: unknown) => {
      published.push(event as object);
    };
    channel('express-stripe-customer-session').subscribe(listen);
    const own = new Error('the database said no');
    const stripes = Object.assign(new Error('wrapped'), {
      cause: Object.assign(new Error('x'), {
        type: 'StripeAPIError',
        raw: { client_secret: 'cuss_secret_leak' },
      }),
    });
    const copy = expect.objectContaining({ message: expect.stringContaining('withheld') });
    for (const [thrown, expected] of [
      [own, own],
      [stripes, copy],
      [{ nested: { deep: stripes } }, copy],
      [new Map([['held', stripes]]), copy],
      [Array.from({ length: 600 }, () => ({})), copy],
      ['text', 'text'],
    ] as const) {
      const app = await host({ options: { resolveCustomer: () => Promise.reject(thrown) } });
      expectProblem(await call(app, { headers: fromBrowser(app) }), 500, 'internal_error');
      expect(app.events.at(-1)).toMatchObject({ error: expected, reason: 'resolve_customer' });
      expect(inspect(app.events.at(-1), { depth: 20 })).not.toContain('cuss_secret_leak');
    }
    channel('express-stripe-customer-session').unsubscribe(listen);
    expect(published).toHaveLength(6);
    expect(published.filter((event) => 'error' in event)).toEqual([]);
  });

  it.each([
    ['throws', () => throwing('hook')],
    ['rejects', () => Promise.reject(new Error('hook'))],
    ['changes the event', (event: object) => Object.assign(event, { status: 1 })],
  ])('changes nothing when the listener %s', async (_name, listener) => {
    const app = await host({ options: { onEvent: listener as () => void } });
    expect((await call(app, { headers: fromBrowser(app) })).status).toBe(200);
  });
});

describe('Connect and Accounts v2', () => {
  it('passes stripeContext and stripeAccount on, and the account finds its own customer', async () => {
    for (const scope of [{ stripeAccount: 'acct_Seller1' }, { stripeContext: 'acct_Seller1' }]) {
      const app = await host({
        options: { resolveCustomer: () => ({ customer: 'cus_OfSeller', ...scope }) },
      });
      app.emulator.addCustomer({ id: 'cus_OfSeller', account: 'acct_Seller1' });
      expect((await call(app, { headers: fromBrowser(app) })).status).toBe(200);
      const [sent] = app.emulator.requests;
      expect([sent?.account ?? sent?.context, sent?.params.customer]).toEqual([
        'acct_Seller1',
        'cus_OfSeller',
      ]);
    }
  });

  it.each([
    ['stripeAccount', { customer: 'cus_OfSeller', stripeAccount: 'acct_Seller1' }],
    ['stripeContext', { customer: 'cus_OfSeller', stripeContext: 'acct_Seller1' }],
    ['customerAccount', { customerAccount: 'acct_Buyer1' }],
  ])("passes %s on by a client of the host's own", async (_name, ref) => {
    const emulator = await startStripeEmulator();
    emulator.addCustomer({ id: 'cus_OfSeller', account: 'acct_Seller1' });
    emulator.addAccount({ id: 'acct_Buyer1' });
    const stripe = new Stripe(emulator.secretKey, emulator.stripeConfig);
    const app = await host({ options: { stripe, resolveCustomer: () => ref } });
    try {
      expect((await call(app, { headers: fromBrowser(app) })).status).toBe(200);
      const [sent] = emulator.requests;
      const { customer, customer_account } = sent?.params ?? {};
      const acting = sent?.account ?? sent?.context;
      expect([customer, customer_account, acting]).toEqual(
        'customer' in ref
          ? ['cus_OfSeller', undefined, 'acct_Seller1']
          : [undefined, 'acct_Buyer1', undefined],
      );
    } finally {
      await emulator.close();
    }
  });

  it('sends customer_account for an Accounts v2 id, and checks it in the answer', async () => {
    for (const asObject of [false, true]) {
      let id = '';
      const app = await host({
        options: { resolveCustomer: () => (asObject ? { customerAccount: id } : id) },
      });
      id = app.emulator.addAccount().id;
      expect((await call(app, { headers: fromBrowser(app) })).status).toBe(200);
      expect(app.emulator.requests[0]?.params.customer_account).toBe(id);
      app.emulator.setFault(SESSIONS, {
        transform: (answer) => ({ ...answer, customer_account: 'acct_Other' }),
      });
      expectProblem(await call(app, { headers: fromBrowser(app) }), 502, 'stripe_mismatch');
    }
  });
});

describe('odd HTTP', () => {
  it('answers a POST without Host or over HTTP/1.0 with a refusal', async () => {
    const port = new URL(shop.origin).port;
    const socket = connectTls({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
    const chunks: string[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
    socket.write(`POST ${shop.path} HTTP/1.0\r\nOrigin: https://localhost\r\nContent-Length: 0\r\n\r\n`);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(chunks.join('')).toContain('403 Forbidden');
    expect(chunks.join('')).toContain('"cross_origin"');
  });

  it('refuses plain HTTP on a TLS-less host, and never redirects', async () => {
    const app = await host({ plain: true });
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(app.origin).port) });
    socket.end(
      `POST ${app.path} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    const chunks: string[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(chunks.join('')).toContain('"tls_required"');
    expect(chunks.join('')).not.toMatch(/location:/i);
  });
});

function throwing(message: string): never {
  throw new Error(message);
}
