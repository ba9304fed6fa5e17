import { type PostgresClient, postgresStore } from '../../src/customers/postgres.js';
import { redisStore } from '../../src/customers/redis.js';
import { messageOf } from '../support/message-of.js';

// What no server of ours would answer, and a client or a proxy of somebody's may.

/** A client whose statements get these answers in turn, and the statements. */
function postgresWith(...answers: (unknown[] | Error)[]) {
  const asked: [text: string, values: readonly unknown[]][] = [];
  const client: PostgresClient = {
    async query(text: string, values: unknown[]) {
      asked.push([text.trim().split(/\s+/).slice(0, 3).join(' '), values]);
      const answer = answers.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return { rows: answer };
    },
  };
  return { asked, client, store: postgresStore(client) };
}

const row = (customer: unknown, key: unknown = null) => ({ customer_id: customer, creation_key: key });
const taken = Object.assign(new Error('duplicate key'), { code: '23505' });

describe('D1 what a client of Postgres gives', () => {
  it.each<[string, unknown]>([
    [
      'The Postgres client gave a row without customer_id and creation_key. Rows must come as objects.',
      ['cus_1', null],
    ],
    ['The Postgres client gave a row without customer_id and creation_key. Rows must come as objects.', null],
    [
      'The Postgres client gave a row without customer_id and creation_key. Rows must come as objects.',
      { customer_id: '' },
    ],
    ['The Postgres client gave a column of text as something else than a string.', row(Buffer.from('cus_1'))],
    ['The Postgres client gave a column of text as something else than a string.', row(null, 5)],
  ])('is refused: %s', async (message, given) => {
    await expect(postgresWith([given]).store.get('test', 'ada')).rejects.toThrow(new TypeError(message));
  });

  it('is a row, or none', async () => {
    const { store } = postgresWith([row('cus_1', 'key')], [row(null)], []);
    expect(await store.get('test', 'ada')).toEqual({ customer: 'cus_1', creationKey: 'key' });
    expect(await store.get('test', 'ada')).toEqual({ customer: undefined, creationKey: undefined });
    expect(await store.get('test', 'ada')).toBeUndefined();
  });

  it('may be no row after an INSERT: the request fails', async () => {
    await expect(postgresWith([]).store.begin('test', 'ada', 'key')).rejects.toThrow(
      new TypeError('The Postgres client gave no row for INSERT … RETURNING.'),
    );
  });

  it('names the one customer that is to be replaced, or none', async () => {
    const { store, asked } = postgresWith([row(null, 'key')], [row(null, 'key')]);
    await store.begin('test', 'ada', 'key');
    await store.begin('test', 'ada', 'key', 'cus_1');
    expect(asked.map(([, values]) => values)).toEqual([
      ['test', 'ada', 'key', null],
      ['test', 'ada', 'key', 'cus_1'],
    ]);
  });
});

describe('D3 D10 a claim', () => {
  it('that lost is answered with the customer of the row', async () => {
    const { store, asked } = postgresWith([], [row('cus_2')]);
    expect(await store.claim('test', 'ada', 'cus_1')).toBe('cus_2');
    expect(asked.map(([text]) => text)).toEqual([
      'INSERT INTO "stripe_customers"',
      'SELECT held.customer_id, held.creation_key',
    ]);
  });

  it('of the same customer twice at once meets the index first, and is answered with the row', async () => {
    expect(await postgresWith(taken, [row('cus_1')]).store.claim('test', 'ada', 'cus_1')).toBe('cus_1');
  });

  it.each([[[]], [[row(null)]]])('of a customer that another user holds is refused: %j', async (rows) => {
    await expect(postgresWith(taken, rows).store.claim('test', 'ada', 'cus_1')).rejects.toThrow(
      'Another user of this scope holds this customer',
    );
  });

  it('whose row was deleted meanwhile fails', async () => {
    await expect(postgresWith([], []).store.claim('test', 'ada', 'cus_1')).rejects.toThrow(
      new Error('The row of this user was deleted while its customer was being claimed.'),
    );
  });

  it('that cannot be made fails, and so does a replacement', async () => {
    const down = new Error('down');
    await expect(postgresWith(down).store.claim('test', 'ada', 'cus_1')).rejects.toBe(down);
    await expect(postgresWith(down).store.replace('test', 'ada', 'cus_1', 'cus_2')).rejects.toBe(down);
    await expect(postgresWith(taken).store.replace('test', 'ada', 'cus_1', 'cus_2')).rejects.toThrow(
      'Another user',
    );
    expect(await postgresWith([]).store.replace('test', 'ada', 'cus_1', 'cus_2')).toBe(false);
    expect(await postgresWith([row('cus_2')]).store.replace('test', 'ada', 'cus_1', 'cus_2')).toBe(true);
  });
});

describe('ensureSchema', () => {
  const WELL = { has_key: true, required: false, is_unique: true };

  it.each<[string, object | undefined]>([
    ['ADD COLUMN creation_key text COLLATE "C"', { ...WELL, has_key: false }],
    ['ALTER COLUMN customer_id DROP NOT NULL', { ...WELL, required: true }],
    ['ADD UNIQUE (scope, customer_id)', { ...WELL, is_unique: false }],
    ['ADD COLUMN creation_key text COLLATE "C", ADD UNIQUE (scope, customer_id)', undefined],
  ])('says what an older table lacks: %s', async (changes, found) => {
    const { store } = postgresWith([], found === undefined ? [] : [found]);
    await expect(store.ensureSchema()).rejects.toThrow(
      new Error(
        'express-stripe-customer-session: the table "stripe_customers" is older than this version, or was made by hand. ' +
          `Run this, and start again: ALTER TABLE "stripe_customers" ${changes}`,
      ),
    );
  });

  it('is content with a table that has it all, and tries a second time where others make it at once', async () => {
    const { store, asked } = postgresWith(new Error('duplicate key in pg_type'), [], [WELL]);
    await store.ensureSchema();
    expect(asked.map(([text]) => text)).toEqual([
      'CREATE TABLE IF',
      'CREATE TABLE IF',
      'SELECT EXISTS (SELECT',
    ]);
    expect(asked[2]?.[1]).toEqual(['"stripe_customers"']);
    const fault = new Error('permission denied');
    await expect(postgresWith(fault, fault).store.ensureSchema()).rejects.toBe(fault);
  });
});

describe('a client of Redis', () => {
  const SCRIPT = expect.stringContaining('redis.call');
  const BASE = 'shop:{a%3Ab}';

  it('of node-redis is given keys and arguments by name, and one of ioredis in a row', async () => {
    const node = { eval: jest.fn(async (..._given: unknown[]) => ['cus_1', '', 1, 0]) };
    const io = {
      call: () => undefined,
      eval: jest.fn(async (..._given: unknown[]) => ['', 'key', '1', '0']),
    };
    expect(await redisStore(node as never, { prefix: 'shop:' }).claim('a:b', 'ada', 'cus_1')).toBe('cus_1');
    expect(await redisStore(io as never, { prefix: 'shop:' }).replace('a:b', 'ada', 'cus_1', 'cus_2')).toBe(
      true,
    );
    expect(await redisStore(io as never, { prefix: 'shop:' }).begin('a:b', 'ada', 'key')).toEqual({
      customer: undefined,
      creationKey: 'key',
    });
    expect(node.eval.mock.calls).toEqual([
      [SCRIPT, { keys: [`${BASE}:u:ada`, `${BASE}:c:cus_1`], arguments: ['claim', 'ada', 'cus_1'] }],
    ]);
    const keys = [`${BASE}:u:ada`, `${BASE}:c:cus_2`, `${BASE}:c:cus_1`];
    expect(io.eval.mock.calls).toEqual([
      [SCRIPT, 3, ...keys, 'replace', 'ada', 'cus_1', 'cus_2'],
      [SCRIPT, 1, `${BASE}:u:ada`, 'begin', 'ada', 'key', ''],
    ]);
  });

  it.each([
    {
      call: undefined,
      eval: async (_script: string, options: unknown) => Object(options).keys && ['cus_1', '', 0, 0],
    },
    { eval: async (_script: string, options: unknown) => Object(options).keys && ['cus_1', '', 0, 0] },
  ])('is one of node-redis where it has no call(): %#', async (client) => {
    const store = redisStore(client, { prefix: 'shop:' });
    expect(await store.get('test', 'ada')).toEqual({ customer: 'cus_1', creationKey: undefined });
    expect(await store.renew('test', 'ada', 'key', 'next')).toBe(false);
  });

  it.each([undefined, 'OK', [], [Buffer.from('cus_1'), ''], ['cus_1', Buffer.from('key')]])(
    'D1 whose reply is %p fails the request',
    async (reply) => {
      const store = redisStore({ eval: async () => reply }, { prefix: 'shop:' });
      await expect(store.get('test', 'ada')).rejects.toThrow(
        new TypeError(
          'The Redis client gave a reply that holds no strings. Replies must come as strings, not as buffers.',
        ),
      );
    },
  );

  it('D10 refuses a customer that another user holds', async () => {
    const store = redisStore({ eval: async () => ['', '', 0, 1] }, { prefix: 'shop:' });
    await expect(store.claim('test', 'ada', 'cus_1')).rejects.toThrow('Another user of this scope');
  });
});

describe('what is wrong with a store, word for word', () => {
  const PREFIX =
    'Name the app that the keys belong to: redisStore(client, { prefix: "shop:customers:" }). No braces; and no two apps ' +
    'with one prefix on the same Redis, since they would share their customers.';
  const TABLE = 'Use letters, digits and underscores, with one dot after the schema at most.';
  const pool = { query: () => undefined };
  const redis = { eval: () => undefined };

  it.each<[() => unknown, string]>([
    [
      () => postgresStore({} as never),
      'option "client" is an object. Pass a Pool of pg, a PGlite, or anything with query(text, values).',
    ],
    [
      () => postgresStore(pool as never, { tabel: 1 } as never),
      'postgresStore() has no option "tabel". Did you mean "table"?',
    ],
    [() => postgresStore(pool as never, { table: 7 } as never), `option "table" is a number. ${TABLE}`],
    ...['a b', 'a.b.c', '1a', 'a"b', 'a;', '', 'x'.repeat(64), `a.${'x'.repeat(64)}`, ['a']].map(
      (table): [() => unknown, string] => [
        () => postgresStore(pool as never, { table: table as never }),
        `option "table" is ${table === '' ? 'an empty string' : typeof table === 'string' ? 'a string' : 'an array of 1'}. ${TABLE}`,
      ],
    ),
    [
      () => redisStore(undefined as never, { prefix: 'shop:' }),
      'option "client" is undefined. Pass a connected client of node-redis or of ioredis.',
    ],
    [
      () => redisStore({} as never, { prefix: 'shop:' }),
      'option "client" is an object. Pass a connected client of node-redis or of ioredis.',
    ],
    [() => redisStore(redis as never, undefined as never), `option "prefix" is undefined. ${PREFIX}`],
    [() => redisStore(redis as never, { prefix: '' }), `option "prefix" is an empty string. ${PREFIX}`],
    [() => redisStore(redis as never, { prefix: 'a{b' }), `option "prefix" is a string. ${PREFIX}`],
    [
      () => redisStore(redis as never, { prefx: 'a' } as never),
      'redisStore() has no option "prefx". Did you mean "prefix"?',
    ],
  ])('%#', (make, message) => {
    expect(messageOf(make)).toBe(`express-stripe-customer-session: ${message}`);
  });

  it.each(['Customers_1', '_a', 'shop.customers', 'x'.repeat(63), `${'x'.repeat(63)}.${'y'.repeat(63)}`])(
    'a table may be %s',
    (table) => {
      const { schema } = postgresStore(pool as never, { table });
      expect(schema).toContain(`CREATE TABLE IF NOT EXISTS "${table.replace('.', '"."')}" (`);
    },
  );
});
