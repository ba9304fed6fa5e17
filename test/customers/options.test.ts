import fc from 'fast-check';
import Stripe from 'stripe';
import { type CustomerDirectory, customerDirectory } from '../../src/customers/directory.js';
import { type CustomerStore, memoryStore } from '../../src/customers/store.js';
import { startDirectoryHost } from './support/directory-host.js';

const stripe = new Stripe('sk_test_never_used');
const complete = {
  stripe,
  store: memoryStore(),
  userId: (user: { id: unknown }) => user.id as string,
  scope: 'test',
};

describe('the options of customerDirectory', () => {
  it.each([
    ['profile', () => ({})],
    ['recreate', true],
    ['recreate', false],
    ['recreate', 'vanished-test-data'],
    ['maxInFlight', 1],
    ['profile', undefined],
    ['recreate', undefined],
    ['scope', 'acme: live'],
  ])('%s may be %p', (name, value) => {
    expect(customerDirectory({ ...complete, [name]: value })).toEqual({ resolve: expect.any(Function) });
  });

  it.each([
    ['stripe', undefined, 'create()'],
    ['stripe', null, 'create()'],
    ['stripe', 'sk_test_canary', 'create()'],
    ['stripe', { customers: {} }, 'create()'],
    ['store', undefined, 'get()'],
    ['store', new Map(), 'begin()'],
    ['store', { ...memoryStore(), renew: undefined }, 'renew()'],
    ['userId', undefined, 'user.id'],
    ['userId', 'id', 'user.id'],
    ['profile', { email: 'a@example.com' }, 'user.email'],
    ['profile', null, 'user.email'],
    ['recreate', 'yes', 'true, false or'],
    ['recreate', null, 'true, false or'],
    ['maxInFlight', 0, 'whole number'],
    ['maxInFlight', '8', 'whole number'],
    ['scope', '', 'printable'],
    ['scope', '  ', 'printable'],
    ['scope', null, 'printable'],
    ['scope', 'a\nb', 'printable'],
    ['scope', 'x'.repeat(256), 'printable'],
    ['scope', 7, 'printable'],
  ])('%s may not be %p', (name, value, fix) => {
    const construct = () => customerDirectory({ ...complete, [name]: value });
    expect(construct).toThrow(TypeError);
    expect(construct).toThrow(new RegExp(`option "${name}" is .*${fix.replace(/[()]/g, '\\$&')}`));
    expect(construct).not.toThrow(/canary/);
  });

  it('recreate needs customers.retrieve', () => {
    const client = { customers: { create: async () => ({}) } };
    expect(() => customerDirectory({ ...complete, stripe: client })).not.toThrow();
    expect(() => customerDirectory({ ...complete, stripe: client, recreate: true })).toThrow(
      /customers\.retrieve\(\)/,
    );
  });

  it('a misspelt option throws with the right name', () => {
    expect(() => customerDirectory({ ...complete, recrate: true } as never)).toThrow(
      /Did you mean "recreate"\?/,
    );
    expect(() => customerDirectory({ ...complete, email: 1 } as never)).toThrow(
      /The options are stripe, store/,
    );
  });

  it.each([null, undefined, 'x'])('%p is no options', (options) => {
    expect(() => customerDirectory(options as never)).toThrow(TypeError);
  });
});

describe('D9 user ids', () => {
  const asked: string[] = [];
  // Knows every user, and remembers who was asked for.
  const store: CustomerStore = {
    ...memoryStore(),
    get: (_scope, userId) => {
      asked.push(userId);
      return { customer: 'cus_1' };
    },
  };
  const directory: CustomerDirectory<{ id: unknown }> = customerDirectory({ ...complete, store });
  beforeEach(() => asked.splice(0));

  it.each([
    ['dora', 'dora'],
    [' dora', ' dora'],
    [7, '7'],
    [0, '0'],
    [-1, '-1'],
    [12345678901234567890n, '12345678901234567890'],
    ['cafe\u0301', 'cafe\u0301'],
    ['\u{1F469}\u200D\u{1F4BB}', '\u{1F469}\u200D\u{1F4BB}'],
    ['auth0|5f7c8ec7c33c6c004bbafe82', 'auth0|5f7c8ec7c33c6c004bbafe82'],
    ['\u00e9'.repeat(127), '\u00e9'.repeat(127)],
    ['x'.repeat(255), 'x'.repeat(255)],
    ['christopher.nullman', 'christopher.nullman'],
    ['undefinedness', 'undefinedness'],
    ['banana', 'banana'],
    ['Uakgb_J5m9g-NaN_DMbcJ', 'Uakgb_J5m9g-NaN_DMbcJ'],
    ['org_7:NaNcy', 'org_7:NaNcy'],
  ])('%p is one', async (id, text) => {
    expect(await directory.resolve({ id })).toBe('cus_1');
    expect(asked).toEqual([text]);
  });

  it.each([
    ['', 'blank'],
    ['  ', 'blank'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [1.5, '1.5'],
    [2 ** 53, String(2 ** 53)],
    [Symbol('x'), 'a symbol'],
    [{}, 'an object'],
    [Promise.resolve('dora'), 'an object'],
    [['dora'], 'an array'],
    [Object('dora'), 'an object'],
    ['undefined', 'the text "undefined"'],
    ['null', 'the text "null"'],
    ['NaN', 'the text "NaN"'],
    ['[object Object]', 'the text "[object "'],
    ['org_undefined', 'the text "undefined"'],
    ['org:undefined:7', 'the text "undefined"'],
    ['null-7', 'the text "null"'],
    ['user/null', 'the text "null"'],
    ['user_NaN', 'the text "user_NaN"'],
    ['org:7:NaN', 'the text "NaN"'],
    ['[object Object]:1', 'the text "[object "'],
    ['1:[object Promise]', 'the text "[object "'],
    ['a\u0000b', 'does not print'],
    ['a\nb', 'does not print'],
    ['a\u2028b', 'does not print'],
    ['\ud800', 'does not print'],
    ['x'.repeat(256), '256 bytes'],
    ['\u00e9'.repeat(128), '256 bytes'],
  ])('%p is none, with the fix, and nobody is asked', async (id, fault) => {
    await expect(directory.resolve({ id })).rejects.toThrow(TypeError);
    await expect(directory.resolve({ id })).rejects.toThrow(fault);
    await expect(directory.resolve({ id })).rejects.toThrow(
      /It must give (?:a string|1 to 255|the user's own id)/,
    );
    expect(asked).toEqual([]);
  });

  it('the error does not repeat the id', async () => {
    await expect(directory.resolve({ id: 'ada@example.com\n' })).rejects.not.toThrow(/example/);
  });

  it('any text is either one, byte for byte, or refused', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(text, async (id) => {
        asked.splice(0);
        const refused = await directory.resolve({ id }).then(
          () => false,
          (error: unknown) => error instanceof TypeError,
        );
        expect(asked).toEqual(refused ? [] : [id]);
      }),
    );
  });
});

describe('resolve', () => {
  it('works without its object, and without a request', async () => {
    const store = memoryStore();
    await store.claim('test', 'dora', 'cus_1');
    const { resolve } = customerDirectory({ ...complete, store });
    expect(await resolve({ id: 'dora' })).toBe('cus_1');
  });

  it('refuses a profile that is no object', async () => {
    const { resolve } = customerDirectory({ ...complete, profile: () => 'a@example.com' as never });
    await expect(resolve({ id: 'dora' })).rejects.toThrow(/profile\(\) of customerDirectory gave/);
  });
});

describe('memoryStore', () => {
  const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  beforeEach(() => emitWarning.mockClear());
  afterAll(() => emitWarning.mockRestore());

  it.each([
    ['development', 0],
    ['production', 1],
  ])('in %s: %d warning per directory', async (environment, expected) => {
    const host = await startDirectoryHost({ host: { prepare: (app) => app.set('env', environment) } });
    await host.post('dora');
    await host.post('emil');
    await host.close();
    const warnings = emitWarning.mock.calls.filter(
      ([, options]) => Object(options).code === 'ESCS_MEMORY_STORE',
    );
    expect(warnings).toHaveLength(expected);
  });
});
