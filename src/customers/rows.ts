import { randomUUID } from 'node:crypto';
import { describe } from '../core/config-error.js';
import { isAccountId, isCustomerId } from '../core/customer-ref.js';
import { CustomerSessionProblem } from '../core/problem.js';
import type { Awaitable } from '../core/types.js';
import { isRecord } from '../core/values.js';
import type { CustomerStore } from './store.js';

/** A row whose members are known to be clean. */
export interface Row {
  readonly customer: string | undefined;
  readonly creationKey: string | undefined;
}

/** The rows of one scope. What the store gives is checked, and what it cannot do fails the request (D1). */
export interface Rows {
  get(userId: string): Promise<Row>;
  /** D2: writes a random key ahead. Gives that, or what is there already. */
  begin(userId: string, insteadOf: string | undefined): Promise<Row>;
  /** D5: a new key in place of `expectedKey`, unless somebody else has changed it. */
  renew(userId: string, expectedKey: string): Promise<void>;
  /** D3: the customer that the user has from now on. */
  claim(userId: string, customer: string): Promise<string>;
  /** D6: whether `next` has taken the place of `expected`. */
  replace(userId: string, expected: string, next: string): Promise<boolean>;
}

// What a header can carry, and Stripe takes: https://docs.stripe.com/api/idempotent_requests
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

export function rowsOf(store: CustomerStore, scope: string): Rows {
  return {
    get: async (userId) => readRow(await ask('get', () => store.get(scope, userId))),
    async begin(userId, insteadOf) {
      return readRow(await ask('begin', () => store.begin(scope, userId, newCreationKey(), insteadOf)));
    },
    async renew(userId, expectedKey) {
      await ask('renew', () => store.renew(scope, userId, expectedKey, newCreationKey()));
    },
    async claim(userId, customer) {
      const winner: unknown = await ask('claim', () => store.claim(scope, userId, customer));
      return readCustomer(winner) ?? Promise.reject(unfit('no customer after claim()'));
    },
    replace: (userId, expected, next) => ask('replace', () => store.replace(scope, userId, expected, next)),
  };
}

// It names nothing: two apps, stores, environments or users with the same scope and user id never share a customer.
function newCreationKey(): string {
  return `escs-customer-${randomUUID()}`;
}

async function ask<T>(method: keyof CustomerStore, call: () => Awaitable<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const message = `The customer store could not do ${method}(). The request fails; no customer was made up.`;
    throw new CustomerSessionProblem('internal_error', {
      reason: `store_${method}`,
      cause: new Error(message, { cause: error }),
    });
  }
}

// Only `undefined` and `null` mean that there is no row. All else that is no row fails the request.
function readRow(row: unknown): Row {
  if (row === undefined || row === null) return { customer: undefined, creationKey: undefined };
  if (!isRecord(row)) throw unfit(describe(row));
  return { customer: readCustomer(row.customer), creationKey: readKey(row.creationKey) };
}

function readCustomer(held: unknown): string | undefined {
  if (held === undefined || held === null) return undefined;
  if (isCustomerId(held) || isAccountId(held)) return held;
  throw unfit(typeof held === 'string' ? 'a text that is no customer id' : describe(held));
}

function readKey(held: unknown): string | undefined {
  if (held === undefined || held === null) return undefined;
  if (typeof held === 'string' && IDEMPOTENCY_KEY.test(held)) return held;
  throw unfit('something else than a creation key');
}

export function unfit(what: string): CustomerSessionProblem {
  return new CustomerSessionProblem('internal_error', {
    reason: 'store_row',
    cause: new TypeError(
      `The customer store gave ${what} for this user. See CustomerStore, and customerStoreContract.`,
    ),
  });
}
