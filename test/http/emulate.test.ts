import { createStripe, customerDirectory, memoryStore, type OwnStripe } from '../../src/index.js';
import { call, expectProblem, fromBrowser } from '../support/call.js';
import { type Emulate, startEmulate } from '../support/emulate.js';
import { ADA, startHost, type TestHost } from '../support/host.js';

// A Stripe that others wrote: what our emulator and our router might believe together, this one does not share.
// It answers customers and customer sessions, and that is what is asserted here. It has no check of keys, components
// or other parameters (it echoes components as text), no Idempotency-Key, Request-Id, Accounts v2, Connect, deleted
// customers (they are unknown), rate limit, claim or end of a session, and no TLS: those are our emulator's to show.
describe('the router on emulate 0.12.2, a stand-in for Stripe that is not ours', () => {
  let emulate: Emulate;
  let stripe: OwnStripe;
  let shop: TestHost;

  beforeAll(async () => {
    emulate = await startEmulate([
      { id: ADA, email: 'ada@example.com' },
      { id: 'cus_Gone', email: 'gone@example.com' },
    ]);
    stripe = createStripe('sk_test_emulate', emulate.stripeConfig);
    shop = await startHost({ options: { stripe } });
  });
  afterAll(async () => {
    await shop.close();
    await stripe.close();
    await emulate.close();
  });

  it('H13 gives a known customer a secret of its making, and another one each time', async () => {
    const answers = [
      await call(shop, { headers: fromBrowser(shop) }),
      await call(shop, { headers: fromBrowser(shop) }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.map(({ json }) => Object.keys(json))).toEqual([
      ['client_secret', 'expires_at'],
      ['client_secret', 'expires_at'],
    ]);
    const [first, second] = answers.map(({ json }) => json.client_secret);
    expect(first).toMatch(/^cuss_secret_[\w-]+$/);
    expect(second).not.toBe(first);
    const left = Number(answers[0]?.json.expires_at) - Date.now() / 1000;
    expect(Math.round(left / 60)).toBe(30);
    // Our own emulator had no part in it.
    expect(shop.emulator.requests).toEqual([]);
  });

  it('H11 answers 409 for a customer that it never had, and for one that was deleted', async () => {
    await stripe.customers.del('cus_Gone');
    for (const customer of ['cus_Unknown', 'cus_Gone']) {
      shop.users.set('eve', customer);
      expectProblem(
        await call(shop, { headers: fromBrowser(shop, { 'x-user': 'eve' }) }),
        409,
        'no_customer',
      );
    }
    expect(shop.events.at(-1)).toMatchObject({ outcome: 'no_customer', stripeStatus: 400 });
  });

  it('H11 tries once more with the customer that the resolver names after `missing`', async () => {
    const asked: (string | undefined)[] = [];
    const app = await startHost({
      options: {
        stripe,
        resolveCustomer: (_user, _req, missing) => {
          asked.push(missing);
          return missing === undefined ? 'cus_Unknown' : ADA;
        },
      },
    });
    const answer = await call(app, { headers: fromBrowser(app) });
    await app.close();
    expect(answer.status).toBe(200);
    expect(asked).toEqual([undefined, 'cus_Unknown']);
  });

  it('H11 answers 500 for what it has never heard of', async () => {
    const app = await startHost({
      options: { stripe, resolveCustomer: () => ({ customerAccount: 'acct_Ada' }) },
    });
    const answer = await call(app, { headers: fromBrowser(app) });
    await app.close();
    expectProblem(answer, 500, 'misconfigured');
  });

  it('gives a new user one customer there, by the directory', async () => {
    const directory = customerDirectory<{ name: string }>({
      stripe,
      store: memoryStore(),
      userId: ({ name }) => name,
      profile: ({ name }) => ({ email: `${name}@new.example` }),
    });
    const app = await startHost({ options: { stripe, resolveCustomer: directory.resolve } });
    // Its ids are base64url and Stripe's are letters and digits: one with a dash is refused. Each user here has one
    // that could be Stripe's with a chance of three in four.
    let user = '';
    let status = 0;
    for (let number = 1; number <= 30 && status !== 200; number++) {
      user = `new-${number}`;
      app.users.set(user, null);
      ({ status } = await call(app, { headers: fromBrowser(app, { 'x-user': user }) }));
    }
    const again = await call(app, { headers: fromBrowser(app, { 'x-user': user }) });
    await app.close();
    expect([status, again.status]).toEqual([200, 200]);
    expect((await stripe.customers.list({ email: `${user}@new.example` })).data).toHaveLength(1);
  });

  it('H4 refuses another site before it hears of it', async () => {
    const headers = fromBrowser(shop, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });
    const before = shop.events.length;
    expectProblem(await call(shop, { headers }), 403, 'cross_origin');
    expect(shop.events.slice(before)).toEqual([expect.not.objectContaining({ stripeMs: expect.anything() })]);
  });

  it('H11 answers 502 once it has ended', async () => {
    const ended = await startEmulate([]);
    const client = createStripe('sk_test_emulate', ended.stripeConfig);
    const app = await startHost({ options: { stripe: client } });
    await ended.close();
    const answer = await call(app, { headers: fromBrowser(app) });
    await app.close();
    await client.close();
    expectProblem(answer, 502, 'stripe_unavailable');
    expect(app.events.at(-1)).not.toHaveProperty('stripeStatus');
  });
});
