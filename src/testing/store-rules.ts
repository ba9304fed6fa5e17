import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type { CustomerRow, CustomerStore } from '../customers/store.js';

/** What one test of the suite works on. */
export interface Subject {
  readonly store: CustomerStore;
  readonly scope: string;
  /** Two users without a customer. */
  readonly ada: string;
  readonly bob: string;
  /** Customers that no other test uses. */
  readonly customer: (n?: number) => string;
}

type Check = (subject: Subject) => Promise<void>;

/** What every store does. */
export const RULES: Record<string, Check> = {
  async 'get gives no customer and no key before there are any'({ store, scope, ada }) {
    deepStrictEqual(await held(store, scope, ada), {});
  },

  async 'D2 begin writes the key ahead, and a later one gets it instead of its own'({ store, scope, ada }) {
    deepStrictEqual(plain(await store.begin(scope, ada, 'key-1')), { creationKey: 'key-1' });
    deepStrictEqual(plain(await store.begin(scope, ada, 'key-2')), { creationKey: 'key-1' });
    deepStrictEqual(await held(store, scope, ada), { creationKey: 'key-1' });
  },

  async 'D2 of 50 begun at once one key wins, and all are told which'({ store, scope, ada }) {
    const told = await Promise.all(range(50).map(async (n) => store.begin(scope, ada, `key-${n}`)));
    const { creationKey } = await held(store, scope, ada);
    ok(creationKey);
    deepStrictEqual([...new Set(told.map(keyIn))], [creationKey]);
  },

  async 'D5 renew changes the key that is expected, and no other'({ store, scope, ada }) {
    strictEqual(await store.renew(scope, ada, 'key-1', 'key-2'), false);
    await store.begin(scope, ada, 'key-1');
    strictEqual(await store.renew(scope, ada, 'key-0', 'key-2'), false);
    strictEqual(await store.renew(scope, ada, 'key-1', 'key-2'), true);
    strictEqual(await store.renew(scope, ada, 'key-1', 'key-3'), false);
    deepStrictEqual(await held(store, scope, ada), { creationKey: 'key-2' });
  },

  async 'D5 of 50 renewals at once exactly one succeeds'({ store, scope, ada }) {
    await store.begin(scope, ada, 'key-old');
    const done = await Promise.all(
      range(50).map(async (n) => store.renew(scope, ada, 'key-old', `key-${n}`)),
    );
    strictEqual(done.filter(Boolean).length, 1);
    deepStrictEqual(await held(store, scope, ada), { creationKey: `key-${done.indexOf(true)}` });
  },

  async 'D3 claim gives the own customer, takes the key away, and get finds it'(subject) {
    const { store, scope, ada, bob, customer } = subject;
    await store.begin(scope, ada, 'key-1');
    strictEqual(await store.claim(scope, ada, customer(1)), customer(1));
    deepStrictEqual(await held(store, scope, ada), { customer: customer(1) });
    strictEqual(await store.renew(scope, ada, 'key-1', 'key-2'), false);
    // Without a begin before it, as a migration does.
    strictEqual(await store.claim(scope, bob, customer(2)), customer(2));
    deepStrictEqual(await held(store, scope, bob), { customer: customer(2) });
  },

  async 'D3 nothing is begun for a user who has a customer'({ store, scope, ada, customer }) {
    await store.claim(scope, ada, customer());
    deepStrictEqual(plain(await store.begin(scope, ada, 'key-1')), { customer: customer() });
    deepStrictEqual(await held(store, scope, ada), { customer: customer() });
  },

  async 'D3 a later claim changes nothing and gives the winner'({ store, scope, ada, customer }) {
    await store.claim(scope, ada, customer(1));
    strictEqual(await store.claim(scope, ada, customer(2)), customer(1));
    deepStrictEqual(await held(store, scope, ada), { customer: customer(1) });
  },

  async 'D3 of 50 claims at once one wins, and all are told which'({ store, scope, ada, customer }) {
    const told = await Promise.all(range(50).map(async (n) => store.claim(scope, ada, customer(n))));
    const winner = customerIn(await store.get(scope, ada));
    ok(winner);
    deepStrictEqual([...new Set(told)], [winner]);
  },

  async 'D3 claims of the same customer for its user at once all win'({ store, scope, ada, bob, customer }) {
    await store.begin(scope, bob, 'key-1');
    const claims = range(20).flatMap((n) => [ada, bob].map((user, index) => ({ n, user, index })));
    const told = await Promise.all(
      claims.map(async ({ user, index }) => store.claim(scope, user, customer(index))),
    );
    deepStrictEqual(
      told,
      claims.map(({ index }) => customer(index)),
    );
  },

  async 'D10 claim refuses the customer of another user'({ store, scope, ada, bob, customer }) {
    await store.claim(scope, ada, customer());
    await store.begin(scope, bob, 'key-1');
    await rejects(async () => store.claim(scope, bob, customer()), Error);
    deepStrictEqual(await held(store, scope, bob), { creationKey: 'key-1' });
    deepStrictEqual(await held(store, scope, ada), { customer: customer() });
  },

  async 'D10 of two users who claim one customer at once one is refused'({
    store,
    scope,
    ada,
    bob,
    customer,
  }) {
    const told = await Promise.allSettled(
      [ada, bob].map(async (user) => store.claim(scope, user, customer())),
    );
    deepStrictEqual(told.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  },

  async 'D10 replace refuses the customer of another user'({ store, scope, ada, bob, customer }) {
    await store.claim(scope, ada, customer(1));
    await store.claim(scope, bob, customer(2));
    await rejects(async () => store.replace(scope, bob, customer(2), customer(1)), Error);
    deepStrictEqual(await held(store, scope, bob), { customer: customer(2) });
  },

  async 'D6 a key is begun beside the customer that is named, which stays until it is replaced'(subject) {
    const { store, scope, ada, bob, customer } = subject;
    await store.claim(scope, ada, customer(1));
    const begun = { customer: customer(1), creationKey: 'key-2' };
    deepStrictEqual(plain(await store.begin(scope, ada, 'key-1', customer(0))), { customer: customer(1) });
    deepStrictEqual(plain(await store.begin(scope, ada, 'key-2', customer(1))), begun);
    deepStrictEqual(plain(await store.begin(scope, ada, 'key-3', customer(1))), begun);
    // The row is gone: as for a new user.
    deepStrictEqual(plain(await store.begin(scope, bob, 'key-1', customer(1))), { creationKey: 'key-1' });
    strictEqual(await store.claim(scope, ada, customer(3)), customer(1));
    strictEqual(await store.replace(scope, ada, customer(1), customer(2)), true);
    deepStrictEqual(await held(store, scope, ada), { customer: customer(2) });
    strictEqual(await store.claim(scope, ada, customer(1)), customer(2));
  },

  async 'D6 replace leaves a row that holds another customer, and makes none'(subject) {
    const { store, scope, ada, bob, customer } = subject;
    await store.claim(scope, ada, customer(1));
    strictEqual(await store.replace(scope, ada, customer(0), customer(2)), false);
    deepStrictEqual(await held(store, scope, ada), { customer: customer(1) });
    strictEqual(await store.replace(scope, bob, customer(1), customer(2)), false);
    deepStrictEqual(await held(store, scope, bob), {});
  },

  async 'D6 of 50 replaces at once exactly one succeeds'({ store, scope, ada, customer }) {
    await store.claim(scope, ada, customer(100));
    const done = await Promise.all(
      range(50).map(async (n) => store.replace(scope, ada, customer(100), customer(n))),
    );
    strictEqual(done.filter(Boolean).length, 1);
    deepStrictEqual(await held(store, scope, ada), { customer: customer(done.indexOf(true)) });
  },

  async 'D10 a customer that was replaced is free again'({ store, scope, ada, bob, customer }) {
    await store.claim(scope, ada, customer(1));
    await store.replace(scope, ada, customer(1), customer(2));
    strictEqual(await store.claim(scope, bob, customer(1)), customer(1));
  },
};

/** What a store of many scopes does. */
export const MANY_SCOPES: Record<string, Check> = {
  async 'D7 two scopes never meet'({ store, scope, ada, customer }) {
    await store.claim(scope, ada, customer());
    const other = `${scope}:`;
    deepStrictEqual(await held(store, other, ada), {});
    strictEqual(await store.replace(other, ada, customer(), customer(2)), false);
    strictEqual(await store.claim(other, ada, customer()), customer());
    strictEqual(await store.replace(other, ada, customer(), customer(2)), true);
    deepStrictEqual(await held(store, scope, ada), { customer: customer() });
  },

  async 'D7 a colon in the scope is not the colon between scope and user'({ store, scope, customer }) {
    await store.claim(`${scope}:a`, 'b', customer(1));
    deepStrictEqual(await held(store, scope, 'a:b'), {});
    await store.claim(scope, 'a:b', customer(2));
    strictEqual(customerIn(await store.get(`${scope}:a`, 'b')), customer(1));
  },
};

/** What a store over a users table does. */
export const ONE_SCOPE: Record<string, Check> = {
  async 'D7 every other scope is refused'({ store, scope, ada, customer }) {
    const other = `${scope}:`;
    await store.claim(scope, ada, customer());
    await rejects(async () => store.get(other, ada), Error);
    await rejects(async () => store.begin(other, ada, 'key-1'), Error);
    await rejects(async () => store.renew(other, ada, 'key-1', 'key-2'), Error);
    await rejects(async () => store.claim(other, ada, customer(2)), Error);
    await rejects(async () => store.replace(other, ada, customer(), customer(2)), Error);
    deepStrictEqual(await held(store, scope, ada), { customer: customer() });
  },

  async 'a user without a row is an error'({ store, scope }) {
    const nobody = `nobody-${randomUUID()}`;
    await rejects(async () => store.get(scope, nobody), Error);
    await rejects(async () => store.begin(scope, nobody, 'key-1'), Error);
    await rejects(async () => store.claim(scope, nobody, 'cus_nobody'), Error);
  },
};

async function held(store: CustomerStore, scope: string, userId: string): Promise<CustomerRow> {
  return plain(await store.get(scope, userId));
}

/** The row without what is not set. */
function plain(row: CustomerRow | null | undefined): CustomerRow {
  const customer = customerIn(row);
  const creationKey = keyIn(row);
  return {
    ...(customer === undefined ? {} : { customer }),
    ...(creationKey === undefined ? {} : { creationKey }),
  };
}

export function customerIn(row: CustomerRow | null | undefined): string | undefined {
  return row?.customer ?? undefined;
}

export function keyIn(row: CustomerRow | null | undefined): string | undefined {
  return row?.creationKey ?? undefined;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
