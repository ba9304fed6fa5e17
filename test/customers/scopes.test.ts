import Stripe from 'stripe';
import { customerDirectory } from '../../src/customers/directory.js';
import { memoryStore } from '../../src/customers/store.js';
import { createStripe } from '../../src/stripe/client.js';
import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';

let test: StripeEmulator;
let live: StripeEmulator;
beforeEach(async () => {
  test = await startStripeEmulator();
  live = await startStripeEmulator({ livemode: true });
});
afterEach(() => Promise.all([test.close(), live.close()]));

const userId = (user: { id: string }) => user.id;
const dora = { id: 'dora' };

describe('D7 rows are scoped by account and mode', () => {
  it('a test key and a live key on one store never meet', async () => {
    const store = memoryStore();
    // The emulator takes test keys only; what the directory reads is the key that it was given.
    const stripe = {
      test: createStripe(test.secretKey, { ...test.stripeConfig }),
      live: createStripe('rk_live_not_a_key_but_says_live', { ...live.stripeConfig }),
    };
    const inTest = customerDirectory({ stripe: stripe.test, store, userId });
    const inLive = customerDirectory({ stripe: stripe.live, store, userId });
    const customer = await inTest.resolve(dora);
    expect(await store.get('test', 'dora')).toEqual({ customer });
    await expect(inLive.resolve(dora)).rejects.toMatchObject({ code: 'misconfigured' });
    await store.claim('live', 'dora', 'cus_LiveOfDora');
    expect(await inLive.resolve(dora)).toBe('cus_LiveOfDora');
    expect(await inTest.resolve(dora)).toBe(customer);
    await Promise.all([stripe.test.close(), stripe.live.close()]);
  });

  it('a test key that is answered with live customers is a mismatch', async () => {
    const stripe = createStripe(live.secretKey, { ...live.stripeConfig });
    const directory = customerDirectory({ stripe, store: memoryStore(), userId });
    await expect(directory.resolve(dora)).rejects.toMatchObject({ code: 'stripe_mismatch' });
    await stripe.close();
  });

  it('two accounts of one platform never meet', async () => {
    const store = memoryStore();
    const customers = await Promise.all(
      ['acct_one', 'acct_two'].map(async (stripeAccount) => {
        const stripe = createStripe(test.secretKey, { ...test.stripeConfig, stripeAccount });
        const customer = await customerDirectory({ stripe, store, userId }).resolve(dora);
        await stripe.close();
        return customer;
      }),
    );
    expect(new Set(customers).size).toBe(2);
    expect(await store.get('test:acct_one', 'dora')).toEqual({ customer: customers[0] });
    expect(await store.get('test:acct_two', 'dora')).toEqual({ customer: customers[1] });
  });

  it("a host's own client needs a scope, and then works", async () => {
    const stripe = new Stripe(test.secretKey, { ...test.stripeConfig, telemetry: false });
    const store = memoryStore();
    expect(() => customerDirectory({ stripe, store, userId })).toThrow(
      /option "scope" is undefined\. Name the Stripe account/,
    );
    const directory = customerDirectory({ stripe, store, userId, scope: 'acme test', recreate: true });
    const customer = await directory.resolve(dora);
    expect(await store.get('acme test', 'dora')).toEqual({ customer });
    // Of an unknown mode, only Stripe's own word is a deletion.
    expect(await directory.resolve(dora, undefined, customer)).toBe(customer);
    test.deleteCustomer(customer);
    expect(await directory.resolve(dora, undefined, customer)).not.toBe(customer);
  });

  it('D6 where the mode is unknown, a customer that Stripe never heard of is not recreated', async () => {
    const stripe = new Stripe(test.secretKey, { ...test.stripeConfig, telemetry: false });
    const store = memoryStore();
    await store.claim('live', 'dora', 'cus_OfAnotherAccount');
    const directory = customerDirectory({
      stripe,
      store,
      userId,
      scope: 'live',
      recreate: 'vanished-test-data',
    });
    expect(await directory.resolve(dora, undefined, 'cus_OfAnotherAccount')).toBe('cus_OfAnotherAccount');
    expect(test.customers.size).toBe(0);
  });

  it('D6 with a live key, a customer that Stripe never heard of is not recreated', async () => {
    const stripe = createStripe('rk_live_not_a_key_but_says_live', { ...live.stripeConfig });
    // The emulator takes test keys only; what the directory reads is the key that it was given.
    const accepted = createStripe(live.secretKey, { ...live.stripeConfig });
    stripe.customers.retrieve = accepted.customers.retrieve.bind(accepted.customers);
    const store = memoryStore();
    await store.claim('live', 'dora', 'cus_OfAnotherAccount');
    const directory = customerDirectory({ stripe, store, userId, recreate: 'vanished-test-data' });
    expect(await directory.resolve(dora, undefined, 'cus_OfAnotherAccount')).toBe('cus_OfAnotherAccount');
    expect(await store.get('live', 'dora')).toEqual({ customer: 'cus_OfAnotherAccount' });
    await Promise.all([stripe.close(), accepted.close()]);
  });
});
