import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type { Awaitable } from '../core/types.js';
import type { CustomerStore } from '../customers/store.js';

/** The two functions of a test runner that the suite needs. */
export interface SuiteRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

type MakeStore = () => Awaitable<CustomerStore>;

/**
 * The suite that every `CustomerStore` must pass. Call it at the top level of a test file; `makeStore` is called
 * for each test and may give a store over one shared table, since every test has a scope of its own. Nothing is
 * deleted afterwards.
 *
 * @param runner - Where `describe` and `it` are not global (`node:test`, Vitest without globals): pass them.
 * @throws TypeError when there is no runner.
 */
export function customerStoreContract(
  name: string,
  makeStore: MakeStore,
  runner: SuiteRunner = globalRunner(),
): void {
  runner.describe(`customer store contract: ${name}`, () => {
    for (const [title, check] of Object.entries(CONTRACT)) {
      runner.it(title, async () => check(await makeStore(), `scope-${randomUUID()}`));
    }
    for (const userId of ODD_USER_IDS) {
      runner.it(`keeps the user id ${JSON.stringify(userId).slice(0, 40)} apart from the others`, async () =>
        keepsApart(await makeStore(), userId),
      );
    }
  });
}

// Ids that careless keys, escapes, collations or objects mix up.
const ODD_USER_IDS = [
  'Ada',
  'ada',
  'ada ',
  ' ada',
  '1',
  '01',
  '1.0',
  'a:b',
  'a:b:c',
  'a"b',
  "a'b; DROP TABLE stripe_customers; --",
  'a\\b',
  'a%b_c*?[d]',
  '{a}b',
  '$1',
  '__proto__',
  'constructor',
  'caf\u00e9',
  'cafe\u0301',
  '\u{1F469}\u200D\u{1F4BB}',
  '用户',
  'ß',
  'ss',
  'x'.repeat(255),
] as const;

async function keepsApart(store: CustomerStore, userId: string): Promise<void> {
  const scope = `scope-${randomUUID()}`;
  const others = ODD_USER_IDS.filter((other) => other !== userId);
  for (const [index, other] of others.entries()) await store.claim(scope, other, `cus_other${index}`);
  ok(isNone(await store.get(scope, userId)), 'a row of another user was found');
  strictEqual(await store.claim(scope, userId, 'cus_own'), 'cus_own');
  strictEqual(await store.get(scope, userId), 'cus_own');
  const held = await Promise.all(others.map(async (other) => store.get(scope, other)));
  deepStrictEqual(
    held,
    others.map((_other, index) => `cus_other${index}`),
  );
}

const CONTRACT: Record<string, (store: CustomerStore, scope: string) => Promise<void>> = {
  async 'get gives undefined or null where there is no row'(store, scope) {
    ok(isNone(await store.get(scope, 'ada')));
  },

  async 'claim inserts and gives the own customer; get finds it'(store, scope) {
    strictEqual(await store.claim(scope, 'ada', 'cus_1'), 'cus_1');
    strictEqual(await store.get(scope, 'ada'), 'cus_1');
  },

  async 'a later claim changes nothing and gives the winner'(store, scope) {
    await store.claim(scope, 'ada', 'cus_1');
    strictEqual(await store.claim(scope, 'ada', 'cus_2'), 'cus_1');
    strictEqual(await store.get(scope, 'ada'), 'cus_1');
  },

  async 'of 50 claims at once one wins, and all are told which'(store, scope) {
    const told = await Promise.all(range(50).map(async (n) => store.claim(scope, 'ada', `cus_${n}`)));
    const winner = await store.get(scope, 'ada');
    ok(!isNone(winner));
    deepStrictEqual([...new Set(told)], [winner]);
  },

  async 'claims of the same customer at once all win'(store, scope) {
    const users = range(10).map((n) => `user-${n}`);
    const told = await Promise.all(
      range(5).flatMap(() => users.map(async (user) => store.claim(scope, user, `cus_of_${user}`))),
    );
    deepStrictEqual(
      told,
      range(5).flatMap(() => users.map((user) => `cus_of_${user}`)),
    );
  },

  async 'two scopes never meet'(store, scope) {
    await store.claim(scope, 'ada', 'cus_test');
    ok(isNone(await store.get(`${scope}:`, 'ada')));
    strictEqual(await store.claim(`${scope}:`, 'ada', 'cus_live'), 'cus_live');
    strictEqual(await store.replace(`${scope}:`, 'ada', 'cus_test', 'cus_2'), false);
    strictEqual(await store.get(scope, 'ada'), 'cus_test');
  },

  async 'a colon in the scope is not the colon between scope and user'(store, scope) {
    await store.claim(`${scope}:a`, 'b', 'cus_1');
    ok(isNone(await store.get(scope, 'a:b')));
    await store.claim(scope, 'a:b', 'cus_2');
    strictEqual(await store.get(`${scope}:a`, 'b'), 'cus_1');
  },

  async 'replace changes the row that holds the expected customer'(store, scope) {
    await store.claim(scope, 'ada', 'cus_1');
    strictEqual(await store.replace(scope, 'ada', 'cus_1', 'cus_2'), true);
    strictEqual(await store.get(scope, 'ada'), 'cus_2');
    strictEqual(await store.claim(scope, 'ada', 'cus_3'), 'cus_2');
  },

  async 'replace leaves a row that holds another customer'(store, scope) {
    await store.claim(scope, 'ada', 'cus_1');
    strictEqual(await store.replace(scope, 'ada', 'cus_0', 'cus_2'), false);
    strictEqual(await store.get(scope, 'ada'), 'cus_1');
  },

  async 'replace makes no row'(store, scope) {
    strictEqual(await store.replace(scope, 'ada', 'cus_1', 'cus_2'), false);
    ok(isNone(await store.get(scope, 'ada')));
  },

  async 'of 50 replaces at once exactly one succeeds'(store, scope) {
    await store.claim(scope, 'ada', 'cus_old');
    const done = await Promise.all(
      range(50).map(async (n) => store.replace(scope, 'ada', 'cus_old', `cus_${n}`)),
    );
    strictEqual(done.filter(Boolean).length, 1);
    strictEqual(await store.get(scope, 'ada'), `cus_${done.indexOf(true)}`);
  },
};

function isNone(held: string | null | undefined): boolean {
  return held === null || held === undefined;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function globalRunner(): SuiteRunner {
  const { describe, it } = globalThis as Partial<SuiteRunner>;
  if (typeof describe === 'function' && typeof it === 'function') return { describe, it };
  throw new TypeError(
    'customerStoreContract needs a test runner: pass { describe, it } as its third argument where they are no globals.',
  );
}
