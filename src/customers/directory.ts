import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from 'express';
import { describe } from '../core/config-error.js';
import { CustomerSessionProblem } from '../core/problem.js';
import type { Awaitable } from '../core/types.js';
import { createCustomer, isDeletedAtStripe } from './create-customer.js';
import {
  type CustomerDirectoryOptions,
  type DirectoryConfig,
  parseDirectoryOptions,
} from './directory-options.js';
import { singleFlight } from './single-flight.js';
import type { CustomerStore } from './store.js';
import { parseUserId } from './user-id.js';

/** Finds a user's customer, and creates it for a new user: one user, one customer, for ever. */
export interface CustomerDirectory<User> {
  /**
   * The user's customer. A `resolveCustomer` for the router, also when passed without its object; for your own
   * routes (a PaymentIntent needs the same customer) call it with the user alone.
   *
   * @throws TypeError for a bad user id; CustomerSessionProblem for what Stripe does; Error with `cause` for what the store does.
   */
  readonly resolve: (user: User, req?: Request, missing?: string) => Promise<string>;
}

const CUSTOMER_ID = /^(?:cus|acct)_[A-Za-z0-9_]{1,248}$/;
// While another process creates the same customer, Stripe answers 409 for a second or so at most.
const BUSY_WAITS_MS = [60, 120, 240, 480, 960, 960] as const;

/**
 * A directory of customers over `store` (D1 to D9 of the design). Nothing is looked up by e-mail or by Search, and
 * nothing is cached: each call asks the store.
 *
 * @throws TypeError at construction for options that cannot work.
 */
export function customerDirectory<User>(options: CustomerDirectoryOptions<User>): CustomerDirectory<User> {
  const config = parseDirectoryOptions(options);
  const share = singleFlight<string>();

  async function resolve(user: User, req?: Request, missing?: string): Promise<string> {
    if (config.store.volatile === true && isProduction(req)) warnOfMemoryStore();
    const userId = parseUserId(config.userId(user));
    return share(JSON.stringify([userId, missing]), () => findOrCreate(config, { user, userId, missing }));
  }

  return { resolve };
}

interface Wanted<User> {
  readonly user: User;
  readonly userId: string;
  readonly missing: string | undefined;
}

async function findOrCreate<User>(config: DirectoryConfig<User>, wanted: Wanted<User>): Promise<string> {
  const { missing } = wanted;
  for (const waitMs of BUSY_WAITS_MS) {
    const held = await lookUp(config, wanted.userId);
    if (held !== undefined && held !== missing) return held;
    if (missing !== undefined && !(await mayRecreate(config, missing))) return missing;
    const created = await create(config, wanted);
    if (created !== undefined) return settle(config, wanted.userId, { held, created });
    await sleep(waitMs * (0.75 + Math.random() / 2));
  }
  throw new CustomerSessionProblem('stripe_unavailable');
}

async function mayRecreate<User>(config: DirectoryConfig<User>, missing: string): Promise<boolean> {
  return config.recreate && (await isDeletedAtStripe(config.stripe, missing, config.livemode));
}

async function create<User>(
  config: DirectoryConfig<User>,
  wanted: Wanted<User>,
): Promise<string | undefined> {
  const { scope, stripe, livemode } = config;
  const params = await config.profile(wanted.user);
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    throw new TypeError(`profile() of customerDirectory gave ${describe(params)}. It must give an object.`);
  }
  const creation = { scope, userId: wanted.userId, insteadOf: wanted.missing, params };
  const created = await createCustomer(stripe, creation, livemode);
  if (created !== undefined && created === wanted.missing)
    throw new CustomerSessionProblem('stripe_mismatch');
  return created;
}

// D3 and D6: whoever writes first wins, and everybody answers with the winner.
async function settle<User>(
  config: DirectoryConfig<User>,
  userId: string,
  { held, created }: { held: string | undefined; created: string },
): Promise<string> {
  const { store, scope } = config;
  if (held === undefined) {
    return customerId(await asked('claim', () => store.claim(scope, userId, created)));
  }
  if (await asked('replace', () => store.replace(scope, userId, held, created))) return created;
  const winner = await lookUp(config, userId);
  if (winner === undefined)
    throw new Error('The row of this user was deleted while its customer was being replaced.');
  return winner;
}

// D1: only `undefined` and `null` mean that there is no row. All else that is no customer fails the request.
async function lookUp<User>(
  { store, scope }: DirectoryConfig<User>,
  userId: string,
): Promise<string | undefined> {
  const held: unknown = await asked('get', () => store.get(scope, userId));
  return held === undefined || held === null ? undefined : customerId(held);
}

async function asked<T>(method: keyof CustomerStore, ask: () => Awaitable<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw new Error(
      `The customer store could not do ${method}(). The request fails; no customer was made up.`,
      { cause },
    );
  }
}

function customerId(held: unknown): string {
  if (typeof held === 'string' && CUSTOMER_ID.test(held)) return held;
  throw new TypeError(
    `The customer store holds no customer id for this user, but ${typeof held === 'string' ? 'another text' : describe(held)}.`,
  );
}

// Express's own word for it, from NODE_ENV unless the app says otherwise. Nothing here reads the environment.
function isProduction(req: Request | undefined): boolean {
  return req?.app?.get('env') === 'production';
}

let warnedOfMemoryStore = false;

function warnOfMemoryStore(): void {
  if (warnedOfMemoryStore) return;
  warnedOfMemoryStore = true;
  process.emitWarning(
    'customerDirectory runs on memoryStore() in production: a restart forgets which customer a user has, and other ' +
      'processes never know. Use postgresStore or redisStore.',
    { code: 'ESCS_MEMORY_STORE' },
  );
}
