import { choiceError, nearest, refuseUnknownKeys, slipOf } from '../../src/core/config-error.js';
import { messageOf } from '../support/message-of.js';

describe('what an error of start-up shows of a value', () => {
  it.each([
    [5, '5'],
    [true, 'true'],
    [false, 'false'],
    [10n, '10n'],
    [null, 'null'],
    [undefined, 'undefined'],
    ['', 'an empty string'],
    [[1, 2], 'an array of 2'],
    [{ secret: 1 }, 'an object'],
    [() => 1, 'a function'],
    [Symbol('secret'), 'a symbol'],
    ['Web', '"Web"'],
    ['x'.repeat(64), `"${'x'.repeat(64)}"`],
    ['x'.repeat(65), 'a string (not shown)'],
    ['https://ada:hunter2@db', 'a string (not shown)'],
    ['sk_live_1', 'a string (not shown)'],
    ['SK-1', 'a string (not shown)'],
    ['my_rk_test_1', 'a string (not shown)'],
    ['whsec_1', 'a string (not shown)'],
    ['cuss_secret_1', 'a string (not shown)'],
    ['task', '"task"'],
  ])('%p', (value, shown) => {
    expect(choiceError('format', value, 'Fix it.').message).toBe(
      `express-stripe-customer-session: option "format" is ${shown}. Fix it.`,
    );
  });
});

describe('the name that was meant', () => {
  const known = ['windowMs', 'limit', 'store', 'on'];
  it.each([
    ['limt', 'limit'],
    ['iimit', 'limit'],
    ['lim', 'limit'],
    ['stor', 'store'],
    ['stored', 'store'],
    ['restore', 'store'],
    ['STORES', 'store'],
    ['window', 'windowMs'],
    ['windowSizeMs', undefined],
    ['windowSzMs', 'windowMs'],
    ['onl', 'on'],
    ['online', undefined],
    ['limitstore', 'limit'],
    ['qqqqqq', undefined],
  ])('of %s is %s', (name, meant) => {
    expect(nearest(name, known)).toBe(meant);
  });

  it('is the first of those that are as near', () => {
    expect(nearest('cat', ['bat', 'hat'])).toBe('bat');
  });

  it.each([
    ['payment_elment', 'payment_element'],
    ['payment_elemen', 'payment_element'],
    ['paymentelement', undefined],
    ['buy_buton_', undefined],
    ['tax_element', undefined],
  ])('is a slip of the keyboard only with as many words: %s, %s', (name, meant) => {
    expect(slipOf(name, ['payment_element', 'buy_button'])).toBe(meant);
  });

  it('is not guessed of a key that may be a secret, which is not shown either', () => {
    expect(messageOf(() => refuseUnknownKeys('f()', { sk_live_1: 1 }, ['limit', 'store']))).toBe(
      'express-stripe-customer-session: f() has no option a string (not shown). The options are limit, store.',
    );
  });
});
