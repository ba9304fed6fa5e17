import { examineCustomer } from '../../src/doctor/checks/customer.js';
import {
  checkApiVersion,
  checkPermission,
  examineKey,
  type KeySettings,
} from '../../src/doctor/checks/key.js';
import { found, good, type Outcome, unchecked } from '../../src/doctor/findings.js';
import { createStripe, type OwnStripe } from '../../src/stripe/client.js';

describe('the key says of itself', () => {
  const exam = (key: string | undefined, more: Partial<KeySettings> = {}) =>
    examineKey({ key, production: false, live: false, api: undefined, ...more });
  const UNUSED = unchecked('Whether Stripe takes the key', 'it is a live key; add --live');

  it.each<[string, string | undefined, Partial<KeySettings>, boolean, Outcome[]]>([
    [
      'nothing',
      undefined,
      {},
      false,
      [unchecked('The key and Stripe', 'STRIPE_SECRET_KEY is not set in this shell')],
    ],
    [
      'nothing',
      '',
      {},
      false,
      [unchecked('The key and Stripe', 'STRIPE_SECRET_KEY is not set in this shell')],
    ],
    ['that it is publishable', 'pk_test_1', {}, false, [found('publishable-key', 'It begins pk_.')]],
    ...['whsec_1', 'sk-1', 'sk_', 'xsk_test_1', 'sk_test 1', 'tk_test_1'].map(
      (key): [string, string, object, boolean, Outcome[]] => [
        'that it is none',
        key,
        {},
        false,
        [found('unusable-key', 'It is not of the form sk_… or rk_…')],
      ],
    ),
    ['test mode', 'sk_test_1', {}, true, [good('STRIPE_SECRET_KEY is a secret key, test mode.')]],
    ['restricted', 'rk_test_1', {}, true, [good('STRIPE_SECRET_KEY is a restricted key, test mode.')]],
    ['an unknown mode', 'sk_other', {}, true, [good('STRIPE_SECRET_KEY is a secret key, test mode.')]],
    [
      'live mode, where it may be used',
      'rk_live_1',
      { live: true },
      true,
      [good('STRIPE_SECRET_KEY is a restricted key, live mode.')],
    ],
    ['live mode, in production', 'sk_live_1', { production: true }, false, [UNUSED]],
    [
      'live mode, in development',
      'sk_live_1',
      {},
      false,
      [
        found('live-key-in-development', 'It is a secret key, live mode; NODE_ENV is not "production".'),
        UNUSED,
      ],
    ],
  ])('%s: %j %j', (_what, key, more, isUsable, outcomes) => {
    const { stripe, outcomes: said } = exam(key, more);
    expect([said, stripe !== undefined]).toEqual([outcomes, isUsable]);
  });

  it.each([
    ['http://127.0.0.1:4010', ['http', '127.0.0.1', 4010]],
    ['http://emulator', ['http', 'emulator', 80]],
    ['https://emulator', ['https', 'emulator', 443]],
    [undefined, ['https', 'api.stripe.com', '443']],
  ])('and is used at %s', (api, [protocol, host, port]) => {
    const { stripe } = exam('sk_test_1', { api: api === undefined ? undefined : new URL(api) });
    expect([
      stripe?.getApiField('protocol'),
      stripe?.getApiField('host'),
      stripe?.getApiField('port'),
    ]).toEqual([protocol, host, port]);
  });
});

/** A client whose calls end so, and the calls. */
function stripeThat(call: () => Promise<unknown>): { stripe: OwnStripe; calls: unknown[][] } {
  const stripe = createStripe('sk_test_1');
  const calls: unknown[][] = [];
  const ends = (async (...given: unknown[]) => {
    calls.push(given);
    return await call();
  }) as never;
  jest.spyOn(stripe.customerSessions, 'create').mockImplementation(ends);
  jest.spyOn(stripe.customers, 'listPaymentMethods').mockImplementation(ends);
  return { stripe, calls };
}
const refusing = (error: unknown) =>
  stripeThat(async () => {
    throw error;
  }).stripe;

describe('Stripe says of the key', () => {
  it.each<[unknown, Outcome]>([
    [
      { statusCode: 400, code: 'resource_missing', param: 'customer' },
      good('The key may create customer sessions.'),
    ],
    [{ code: 'ENOTFOUND' }, found('stripe-unreachable', 'The connection failed: ENOTFOUND.')],
    ['odd', found('stripe-unreachable', 'The connection failed: UNKNOWN.')],
    [{ statusCode: 401 }, found('key-refused', 'Stripe answered 401.')],
    [
      { statusCode: 403 },
      found('key-without-permission', 'Stripe answered 403 to POST /v1/customer_sessions.'),
    ],
    [{ statusCode: 429 }, unchecked('Whether Stripe takes the key', 'Stripe answered 429: try again later')],
    [
      { statusCode: 400, code: 'parameter_unknown', param: 'components', requestId: 'req_1' },
      found('stripe-refused', 'Stripe answered 400, parameter_unknown, components, req_1.'),
    ],
    [{ statusCode: 500 }, found('stripe-refused', 'Stripe answered 500.')],
  ])('%j', async (error, outcome) => {
    expect(await checkPermission(refusing(error))).toEqual([outcome]);
  });

  it('that it is not Stripe, where nobody gets a session', async () => {
    const { stripe, calls } = stripeThat(async () => ({}));
    expect(await checkPermission(stripe)).toEqual([found('not-stripe', 'A session was created.')]);
    expect(calls).toEqual([
      [{ customer: 'cus_doctorAsksForNobody', components: { payment_element: { enabled: true } } }],
    ]);
  });

  it('which version of its API stripe-node speaks', () => {
    const stripe = createStripe('sk_test_1', { apiVersion: '2024-06-20' });
    expect(checkApiVersion(stripe)).toEqual([good("Stripe's API version is 2024-06-20.")]);
  });
});

describe('Stripe says of the customer', () => {
  const WANTED = { redisplay: 'always', limit: 3 } as const;
  const listing = (...data: object[]) => stripeThat(async () => ({ data }));
  const card = (id: string, allow_redisplay?: string) => ({
    id,
    type: 'card',
    ...(allow_redisplay === undefined ? {} : { allow_redisplay }),
    card: { brand: 'visa', last4: '4242', fingerprint: 'canary' },
    billing_details: 'canary',
  });

  it.each<[unknown, Outcome]>([
    [
      { statusCode: 404, code: 'resource_missing' },
      found('unknown-customer', 'Stripe answered "resource_missing".'),
    ],
    [{ statusCode: 401 }, found('key-may-not-list', 'Stripe answered 401.')],
    [{ statusCode: 403 }, found('key-may-not-list', 'Stripe answered 403.')],
    [{ statusCode: 500 }, unchecked("The customer's payment methods", 'Stripe answered 500')],
    [{ code: 'ECONNRESET' }, unchecked("The customer's payment methods", 'ECONNRESET')],
    ['odd', unchecked("The customer's payment methods", 'UNKNOWN')],
  ])('%j', async (error, outcome) => {
    expect(await examineCustomer(refusing(error), 'cus_1', WANTED)).toEqual({
      methods: [],
      outcomes: [outcome],
    });
  });

  it('which methods there are, and nothing else of them', async () => {
    const { stripe, calls } = listing(
      card('pm_1', 'always'),
      { id: 'pm_2', type: 'sepa_debit' },
      { id: 'pm_3', type: 'link' },
    );
    const { methods } = await examineCustomer(stripe, 'cus_1', { redisplay: 'all', limit: 3 });
    expect(methods).toEqual([
      {
        id: 'pm_1',
        label: 'visa 4242',
        type: 'card',
        allowRedisplay: 'always',
        shown: true,
        why: 'allow_redisplay is always',
      },
      {
        id: 'pm_2',
        label: 'sepa_debit',
        type: 'sepa_debit',
        allowRedisplay: 'unspecified',
        shown: true,
        why: 'allow_redisplay is unspecified',
      },
      {
        id: 'pm_3',
        label: 'link',
        type: 'link',
        allowRedisplay: 'unspecified',
        shown: false,
        why: 'the Payment Element does not show the type link again',
      },
    ]);
    expect(calls).toEqual([['cus_1', { limit: 100 }]]);
  });

  it('which of them are shown, and why the others are not', async () => {
    const cards = ['always', 'limited', undefined, 'always', 'always', 'always'].map((allow, at) =>
      card(`pm_${at}`, allow),
    );
    const whyWith = async (redisplay: 'always' | 'limited' | 'off') =>
      (await examineCustomer(listing(...cards).stripe, 'cus_1', { redisplay, limit: 3 })).methods.map(
        ({ why }) => why,
      );
    const limit = 'only 3 are shown (limit)';
    const always = 'allow_redisplay is always';
    const unspecified = "allow_redisplay is unspecified: shown with redisplay 'all'";
    const limited = "allow_redisplay is limited: shown with redisplay 'limited'";
    expect(await whyWith('always')).toEqual([always, limited, unspecified, always, always, limit]);
    expect(await whyWith('limited')).toEqual([
      always,
      'allow_redisplay is limited',
      unspecified,
      always,
      limit,
      limit,
    ]);
    expect(await whyWith('off')).toEqual(Array.from({ length: 6 }, () => 'redisplay is off'));
  });

  it.each<[Outcome, ReturnType<typeof card>[]]>([
    [found('no-saved-methods', 'Stripe lists none.'), []],
    [found('no-method-shown', '0 of 1 are shown.'), [card('pm_1', 'limited')]],
    [found('some-methods-hidden', '1 of 2 are shown.'), [card('pm_1', 'limited'), card('pm_2', 'always')]],
    [good('Saved payment methods: 2 of 2 are shown.'), [card('pm_1', 'always'), card('pm_2', 'always')]],
  ])('%j', async (outcome, cards) => {
    const { outcomes } = await examineCustomer(listing(...cards).stripe, 'cus_1', WANTED);
    expect(outcomes).toEqual([outcome]);
  });
});
