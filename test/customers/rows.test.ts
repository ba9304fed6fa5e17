import type { CustomerSessionProblem } from '../../src/core/problem.js';
import { rowsOf } from '../../src/customers/rows.js';
import { type CustomerStore, memoryStore } from '../../src/customers/store.js';

const rowsWith = (store: object) => rowsOf({ ...memoryStore(), ...store }, 'test');

async function failureOf(run: Promise<unknown>) {
  const problem: CustomerSessionProblem = await run.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  );
  const { code, reason, cause } = problem;
  return { code, reason, message: (cause as Error).message, why: (cause as Error).cause };
}

describe('D1 what a store gives', () => {
  it.each([undefined, null, {}, { customer: null, creationKey: null }])(
    '%p is a user without a row',
    async (row) => {
      expect(await rowsWith({ get: () => row }).get('ada')).toStrictEqual({
        customer: undefined,
        creationKey: undefined,
      });
    },
  );

  it.each(['cus_1', 'acct_1'])('%s is a customer', async (customer) => {
    const row = { customer, creationKey: '!~' };
    expect(await rowsWith({ get: async () => row }).get('ada')).toEqual(row);
  });

  it.each<[string, unknown]>([
    ['a number', 5],
    ['an array of 0', []],
    ['a text that is no customer id', { customer: 'ada' }],
    ['a number', { customer: 5 }],
    ['something else than a creation key', { creationKey: 5 }],
    ['something else than a creation key', { creationKey: '' }],
    ['something else than a creation key', { creationKey: 'a b' }],
    ['something else than a creation key', { creationKey: 'x'.repeat(256) }],
  ])('fails the request where it is %s: %j', async (what, row) => {
    const message = `The customer store gave ${what} for this user. See CustomerStore, and customerStoreContract.`;
    const failure = { code: 'internal_error', reason: 'store_row', message };
    expect(await failureOf(rowsWith({ get: () => row }).get('ada'))).toMatchObject(failure);
    expect(await failureOf(rowsWith({ begin: () => row }).begin('ada', undefined))).toMatchObject(failure);
  });

  it('fails the request where there is no customer after claim()', async () => {
    expect(await failureOf(rowsWith({ claim: () => undefined }).claim('ada', 'cus_1'))).toMatchObject({
      reason: 'store_row',
      message:
        'The customer store gave no customer after claim() for this user. See CustomerStore, and customerStoreContract.',
    });
  });
});

describe('D1 what a store cannot do', () => {
  const down = new Error('down');
  const fails = async () => {
    throw down;
  };
  it.each<[keyof CustomerStore, (rows: ReturnType<typeof rowsOf>) => Promise<unknown>]>([
    ['get', (rows) => rows.get('ada')],
    ['begin', (rows) => rows.begin('ada', undefined)],
    ['renew', (rows) => rows.renew('ada', 'key')],
    ['claim', (rows) => rows.claim('ada', 'cus_1')],
    ['replace', (rows) => rows.replace('ada', 'cus_1', 'cus_2')],
  ])('fails the request, by name: %s', async (method, run) => {
    expect(await failureOf(run(rowsWith({ [method]: fails })))).toEqual({
      code: 'internal_error',
      reason: `store_${method}`,
      message: `The customer store could not do ${method}(). The request fails; no customer was made up.`,
      why: down,
    });
  });
});

it('D2 a creation key names nothing, and is another one each time', async () => {
  const keys: unknown[] = [];
  const rows = rowsWith({
    begin: (...given: unknown[]) => {
      keys.push(given[2]);
      return {};
    },
    renew: (...given: unknown[]) => void keys.push(given[3]),
  });
  await rows.begin('ada', undefined);
  await rows.begin('ada', 'cus_1');
  await rows.renew('ada', 'key');
  expect(new Set(keys).size).toBe(3);
  for (const key of keys) expect(key).toMatch(/^escs-customer-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});
