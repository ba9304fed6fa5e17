import { deepStrictEqual, strictEqual } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type { Awaitable } from '../core/types.js';
import type { CustomerStore } from '../customers/store.js';
import { customerIn, keyIn, MANY_SCOPES, ONE_SCOPE, RULES } from './store-rules.js';

/** The two functions of a test runner that the suite needs. */
export interface SuiteRunner {
  /** Groups tests under a name. */
  readonly describe: (name: string, body: () => void) => unknown;
  /** Runs one test. */
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

/** Options of `customerStoreContract`: a runner's functions where they are not global, and what the store is like. */
export interface StoreContractOptions extends Partial<SuiteRunner> {
  /**
   * The store serves the one scope that `makeStore` is told, and rejects for every other, as a column of a users table does.
   * @defaultValue `false`
   */
  oneScope?: boolean;
}

/** What a test is about to use: a store over a users table makes the rows of these users. */
export interface StoreNeeds {
  /** The scope that the test uses. */
  readonly scope: string;
  /** The users that the test uses. */
  readonly userIds: readonly string[];
}

/**
 * The suite that every `CustomerStore` must pass. Call it at the top level of a test file; `makeStore` is called for each
 * test and may give a store over one shared table, since every test has a scope and users of its own. Nothing is deleted
 * afterwards.
 *
 * @param options - `describe` and `it` where they are not global (`node:test`, Vitest without globals), and `oneScope`.
 * @throws TypeError when there is no runner.
 */
export function customerStoreContract(
  name: string,
  makeStore: (needs: StoreNeeds) => Awaitable<CustomerStore>,
  options: StoreContractOptions = {},
): void {
  const { describe, it } = runnerOf(options);
  const checks = { ...RULES, ...(options.oneScope ? ONE_SCOPE : MANY_SCOPES) };
  describe(`customer store contract: ${name}`, () => {
    for (const [title, check] of Object.entries(checks)) {
      it(title, async () => {
        const scope = `scope-${randomUUID()}`;
        const [ada, bob] = [`ada-${randomUUID()}`, `bob-${randomUUID()}`];
        const store = await makeStore({ scope, userIds: [ada, bob] });
        await check({ store, scope, ada, bob, customer: (n = 1) => `cus_${n}of${ada.replaceAll('-', '')}` });
      });
    }
    it('keeps apart the user ids that keys, escapes, collations and objects mix up', async () => {
      const needs = { scope: `scope-${randomUUID()}`, userIds: ODD_USER_IDS };
      await keepsApart(await makeStore(needs), needs.scope);
    });
  });
}

const ODD_USER_IDS: readonly string[] = [
  'Ada',
  'ada',
  'ada ',
  ' ada',
  '1',
  '01',
  '1.0',
  'a:b',
  'a:b:c',
  'u:a',
  'c:a',
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
];

async function keepsApart(store: CustomerStore, scope: string): Promise<void> {
  const customerOf = (index: number) => `cus_${index}of${scope.replaceAll('-', '')}`;
  for (const [index, userId] of ODD_USER_IDS.entries()) {
    const why = `${JSON.stringify(userId)} has the row of another user`;
    strictEqual(customerIn(await store.get(scope, userId)), undefined, why);
    strictEqual(keyIn(await store.begin(scope, userId, `key-${index}`)), `key-${index}`, why);
    strictEqual(await store.claim(scope, userId, customerOf(index)), customerOf(index), why);
  }
  const rows = await Promise.all(ODD_USER_IDS.map(async (userId) => store.get(scope, userId)));
  deepStrictEqual(
    rows.map(customerIn),
    ODD_USER_IDS.map((_userId, index) => customerOf(index)),
  );
}

function runnerOf(options: StoreContractOptions): SuiteRunner {
  const globals = globalThis as Partial<SuiteRunner>;
  const { describe = globals.describe, it = globals.it } = options;
  if (typeof describe === 'function' && typeof it === 'function') return { describe, it };
  throw new TypeError(
    'customerStoreContract needs a test runner: pass { describe, it } as its third argument where they are no globals.',
  );
}
