import { tellable } from '../../src/core/host-error.js';

const STRIPE = { rawType: 'card_error', headers: { authorization: 'Bearer canary' } };
const WITHHELD =
  'The message is withheld: the error holds one of stripe-node, or is too large to look through.';

/** A chain of so many objects. */
function chainOf(length: number): Error {
  const error = new Error('long');
  let end: object = error;
  for (let count = 1; count < length; count += 1) {
    const next = {};
    Object.assign(end, { next });
    end = next;
  }
  return error;
}

describe('what is told of an error that a callback threw', () => {
  it.each<[string, unknown]>([
    ['a text', 'no database'],
    ['nothing', undefined],
    ['null', null],
    ['a usual error with what caused it', new Error('query', { cause: new Error('socket') })],
    ['a type that is another word', Object.assign(new Error('x'), { type: 'Stripes' })],
    ['a type with the word in it', Object.assign(new Error('x'), { type: 'NotStripeError' })],
    [
      'maps, sets and arrays of its own',
      Object.assign(new Error('x'), { a: [new Set([{}]), new Map([[{}, {}]])] }),
    ],
    ['bytes, which are not looked through', Object.assign(new Error('x'), { bytes: new Uint8Array(10_000) })],
    ['as many objects as are looked through', chainOf(500)],
  ])('is the error itself: %s', (_what, error) => {
    expect(tellable(error)).toBe(error);
  });

  it.each<[string, unknown]>([
    ['is one of stripe-node, by its type', Object.assign(new Error('canary'), { type: 'StripeCardError' })],
    ['is one, by its raw type', Object.assign(new Error('canary'), STRIPE)],
    ['has the answer of one', Object.assign(new Error('canary'), { lastResponse: {} })],
    ['was caused by one', new Error('canary', { cause: STRIPE })],
    ['has one in a list', Object.assign(new Error('canary'), { errors: [null, [STRIPE]] })],
    ['has one in a set', Object.assign(new Error('canary'), { seen: new Set([STRIPE]) })],
    ['has one as the key of a map', Object.assign(new Error('canary'), { seen: new Map([[STRIPE, 1]]) })],
    ['has one as the value of a map', Object.assign(new Error('canary'), { seen: new Map([[1, STRIPE]]) })],
    ['has one under a symbol', Object.assign(new Error('canary'), { [Symbol('raw')]: STRIPE })],
    [
      'has one where nothing is enumerated',
      Object.defineProperty(new Error('canary'), 'raw', { value: STRIPE }),
    ],
    ['is too large to look through', chainOf(501)],
  ])('is a copy without its message where it %s', (_what, error) => {
    const told = tellable(error) as Error;
    expect(told).not.toBe(error);
    expect(Reflect.ownKeys(told).sort()).toEqual(['message', 'name', 'stack']);
    expect([told.name, told.message]).toEqual(['Error', WITHHELD]);
    const [first, ...frames] = String(told.stack).split('\n');
    expect(first).toBe(`Error: ${WITHHELD}`);
    expect(frames).toEqual(
      String((error as Error).stack)
        .split('\n')
        .filter((line) => line.startsWith('    at ')),
    );
    expect(frames.length).toBeGreaterThan(0);
  });

  it('keeps name and code, a text or a number', () => {
    class QueryError extends Error {
      override name = 'QueryError';
    }
    for (const code of ['ECONNRESET', 42]) {
      const told = tellable(Object.assign(new QueryError('canary'), { code, cause: STRIPE }));
      expect(told).toMatchObject({ name: 'QueryError', code, message: WITHHELD });
      expect(String((told as Error).stack)).toMatch(/^QueryError: The message is withheld/);
    }
  });

  it('keeps no name, code or stack of another kind', () => {
    const told = tellable({ name: { canary: 1 }, code: { canary: 1 }, stack: { canary: 1 }, raw: STRIPE });
    expect(told).toBeInstanceOf(Error);
    expect(Reflect.ownKeys(told as object).sort()).toEqual(['message', 'stack']);
    expect((told as Error).stack).toBe(`Error: ${WITHHELD}`);
  });

  it('keeps of a stack the frames alone, since a message may have many lines', () => {
    const stack = 'Error: canary\ncanary at 7\n    at shop (shop.js:1:1)\n\tat Object.<anonymous>';
    const { stack: told } = tellable(Object.assign(new Error('x'), { stack, cause: STRIPE })) as Error;
    expect(told).toBe(`Error: ${WITHHELD}\n    at shop (shop.js:1:1)\n\tat Object.<anonymous>`);
  });

  it('calls no getter, which may do anything', () => {
    const get = jest.fn(() => STRIPE);
    const error = Object.defineProperty(new Error('lazy'), 'raw', { get, enumerable: true });
    expect(tellable(error)).toBe(error);
    expect(get).not.toHaveBeenCalled();
  });

  it('is another error where it cannot be looked at', () => {
    const refuse = () => {
      throw new Error('canary');
    };
    expect(tellable(new Proxy({}, { ownKeys: refuse, has: refuse }))).toEqual(
      new Error('The error of a callback could not be looked at.'),
    );
  });
});
