import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { CANARY, runDoctor, runText } from './support/run-doctor.js';
import { closeLater } from './support/shop.js';

const CARD = { brand: 'visa', last4: '4242', expMonth: 12, expYear: 2040 };
const ADA = 'cus_Ada';

async function startStripe(paymentMethods: Parameters<StripeEmulator['addCustomer']>[0] = {}, keys = {}) {
  const emulator = await startStripeEmulator(keys);
  closeLater(emulator);
  emulator.addCustomer({ id: ADA, ...paymentMethods });
  return emulator;
}

const SAVED = {
  paymentMethods: [
    { ...CARD, last4: '0001' },
    { ...CARD, last4: '0002', allowRedisplay: 'limited' },
    { ...CARD, last4: '0003', allowRedisplay: 'unspecified' },
    { ...CARD, type: 'link', last4: '0004' },
    { ...CARD, last4: '0005' },
  ],
} as const;

async function explain(emulator: StripeEmulator, ...args: string[]) {
  const env = { STRIPE_SECRET_KEY: emulator.secretKey };
  const run = await runDoctor(['--api', emulator.url, '--customer', ADA, ...args], { env });
  const methods = run.report.savedPaymentMethods ?? [];
  return { ...run, shown: methods.filter((method) => method.shown).map(({ label }) => label), methods };
}

describe('why are there no saved cards?', () => {
  it.each([
    [[], ['visa 0001', 'visa 0005']],
    [
      ['--redisplay', 'limited'],
      ['visa 0001', 'visa 0002', 'visa 0005'],
    ],
    [
      ['--redisplay', 'all'],
      ['visa 0001', 'visa 0002', 'visa 0003'],
    ],
    [
      ['--redisplay', 'all', '--limit', '10'],
      ['visa 0001', 'visa 0002', 'visa 0003', 'visa 0005'],
    ],
  ])('with %j', async (args, expected) => {
    const { code, codes, shown } = await explain(await startStripe(SAVED), ...args);
    expect({ code, codes, shown }).toEqual({ code: 0, codes: ['some-methods-hidden'], shown: expected });
  });

  it('says of each why, and makes no session', async () => {
    const emulator = await startStripe(SAVED);
    const { methods } = await explain(emulator, '--redisplay', 'limited', '--limit', '2');
    expect(methods.map(({ why }) => why)).toEqual([
      'allow_redisplay is always',
      'allow_redisplay is limited',
      "allow_redisplay is unspecified: shown with redisplay 'all'",
      'the Payment Element does not show the type link again',
      'only 2 are shown (limit)',
    ]);
    expect(emulator.sessions).toEqual([]);
  });

  it('with redisplay off none is shown', async () => {
    const { code, codes, methods } = await explain(await startStripe(SAVED), '--redisplay', 'off');
    expect({ code, codes }).toEqual({ code: 1, codes: ['no-method-shown'] });
    expect(new Set(methods.map(({ why }) => why))).toEqual(new Set(['redisplay is off']));
  });

  it('cards that were saved without an answer', async () => {
    const emulator = await startStripe({ paymentMethods: [{ ...CARD, allowRedisplay: 'unspecified' }] });
    const { codes, report } = await explain(emulator);
    expect(codes).toEqual(['no-method-shown']);
    expect(report.findings[0]).toMatchObject({
      seen: '0 of 1 are shown.',
      fix: expect.stringContaining("redisplay: 'all'"),
    });
  });

  it('no card at all', async () => {
    expect((await explain(await startStripe())).codes).toEqual(['no-saved-methods']);
  });

  it('a customer whom Stripe does not know, or who was deleted', async () => {
    const emulator = await startStripe();
    emulator.deleteCustomer(ADA);
    expect((await explain(emulator)).codes).toEqual(['unknown-customer']);
  });

  it('a key that may not list, which is right for the app', async () => {
    const key = `rk_test_${CANARY}0000`;
    const emulator = await startStripe(SAVED, { restrictedKeys: { [key]: ['POST /v1/customer_sessions'] } });
    const run = await runDoctor(['--api', emulator.url, '--customer', ADA], {
      env: { STRIPE_SECRET_KEY: key },
    });
    expect(run).toMatchObject({ code: 0, codes: ['key-may-not-list'] });
  });

  it('on a terminal, as a list', async () => {
    const emulator = await startStripe(SAVED);
    const { out } = await runText(['doctor', '--api', emulator.url, '--customer', ADA], {
      env: { STRIPE_SECRET_KEY: emulator.secretKey },
    });
    expect(out).toContain(`
Saved payment methods
  shown   visa 0001: allow_redisplay is always
  hidden  visa 0002: allow_redisplay is limited: shown with redisplay 'limited'
  hidden  visa 0003: allow_redisplay is unspecified: shown with redisplay 'all'
  hidden  link: the Payment Element does not show the type link again
  shown   visa 0005: allow_redisplay is always
`);
  });

  it('without a key it says what it needs', async () => {
    const { report } = await runDoctor(['--customer', ADA]);
    expect(report.notChecked).toContainEqual({
      what: 'Saved payment methods',
      why: 'needs a key that may be used',
    });
  });
});
