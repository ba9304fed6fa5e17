import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from 'express';
import { describe } from '../core/config-error.js';
import { deadlineOf, startDeadline } from '../core/deadline.js';
import { CustomerSessionProblem } from '../core/problem.js';
import { isRecord } from '../core/values.js';
import { warnOnce } from '../core/warn-once.js';
import { stripeCustomers } from './create-customer.js';
import { CreationLimit } from './creation-limit.js';
import {
  type CustomerDirectoryOptions,
  type DirectoryConfig,
  parseDirectoryOptions,
} from './directory-options.js';
import { rowsOf, unfit } from './rows.js';
import { singleFlight } from './single-flight.js';
import { parseUserId } from './user-id.js';

/** Finds a user's customer, and creates it for a new user: one user, one customer, for ever. */
export interface CustomerDirectory<User> {
  /**
   * The user's customer. A `resolveCustomer` for the router, also when passed without its object; for your own
   * routes (a PaymentIntent needs the same customer) call it with the user alone.
   *
   * @throws {TypeError} for a user id that is none
   * @throws {CustomerSessionProblem} for all else: `internal_error` with the store's own error in `cause`, `overloaded` and
   * `rate_limited` with `retryAfterMs`, and what Stripe does
   */
  readonly resolve: (user: User, req?: Request, missing?: string) => Promise<string>;
}

/** One look-up on its way. */
interface Wanted<User> {
  readonly user: User;
  readonly userId: string;
  /** The customer that Stripe says does not exist. */
  readonly missing: string | undefined;
  /** Until when it may wait for a free call to Stripe, on `performance.now()`. */
  readonly waitUntil: number;
}

// A store or a client that never answers must not keep a user out of this process for ever.
const LONGEST_FLIGHT_MS = 15_000;
// While another process creates the same customer, Stripe answers 409 for a second or so at most.
const PAUSES_MS = [60, 120, 240, 480, 960, 960] as const;

/**
 * A directory of customers over `store` (D1 to D12 of docs/how-it-works.md). Nothing is looked up by e-mail or by Search,
 * and nothing is cached: each call asks the store.
 *
 * @throws {TypeError} at construction for options that cannot work
 */
export function customerDirectory<User>(options: CustomerDirectoryOptions<User>): CustomerDirectory<User> {
  const config = parseDirectoryOptions(options);
  const find = customerFinder(config);
  const share = singleFlight<string>();
  const warn = warnOnce();

  async function resolve(user: User, req?: Request, missing?: string): Promise<string> {
    if (config.store.volatile === true && isProduction(req)) warn(...MEMORY_STORE);
    const userId = parseUserId(config.userId(user));
    const name = JSON.stringify([userId, missing]);
    return share(name, () => inTime(() => find({ user, userId, missing, waitUntil: waitEnd(req) })));
  }

  return { resolve };
}

// A third of the request's time is kept for the calls themselves.
function waitEnd(req: Request | undefined): number {
  const leftMs = (req && deadlineOf(req)?.leftMs()) ?? LONGEST_FLIGHT_MS;
  return performance.now() + (leftMs * 2) / 3;
}

async function inTime(find: () => Promise<string>): Promise<string> {
  const deadline = startDeadline(LONGEST_FLIGHT_MS);
  try {
    return await deadline.within('customer_directory', find());
  } finally {
    deadline.clear();
  }
}

function customerFinder<User>(config: DirectoryConfig<User>) {
  const rows = rowsOf(config.store, config.scope);
  const stripe = stripeCustomers(config);
  const limit = new CreationLimit();

  async function find(wanted: Wanted<User>): Promise<string> {
    const { userId, missing } = wanted;
    const { customer } = await rows.get(userId); //                                     D1
    if (customer !== undefined && customer !== missing) return customer;
    if (missing !== undefined && !config.recreate) return missing;
    if (missing !== undefined && !(await stripe.isDeleted(missing, wanted.waitUntil))) return missing; // D6
    limit.begin(userId); //                                                              D11
    try {
      const created = await create(wanted);
      limit.succeed(userId);
      return created;
    } catch (error) {
      if (error instanceof CustomerSessionProblem && error.code === 'overloaded') limit.withdraw(userId);
      throw error;
    }
  }

  async function create({ user, userId, missing, waitUntil }: Wanted<User>): Promise<string> {
    const params = await profileOf(config, user);
    let keptFailures = 0;
    for (const pauseMs of PAUSES_MS) {
      const { customer: held, creationKey: key } = await rows.begin(userId, missing); // D2
      if (held !== undefined && held !== missing) return held;
      if (key === undefined) throw unfit('no creation key after begin()');
      const outcome = await stripe.create({ params, key, waitUntil }); //                D12
      if (outcome.customer !== undefined) {
        const winner = await settle(userId, held, outcome.customer);
        if (winner !== undefined) return winner;
        continue;
      }
      if (outcome.why === 'failed') throw outcome.problem;
      if (outcome.why !== 'refused') await sleep(pauseMs * (0.75 + Math.random() / 2));
      // Stripe may repeat a refusal to this key, too.
      if (outcome.why !== 'in_use') await rows.renew(userId, key); //            D5
      if (outcome.why === 'refused') throw limit.refuse(userId, outcome.problem.stripe);
      if (outcome.why === 'kept_failure' && ++keptFailures === 2) throw outcome.problem;
    }
    throw new CustomerSessionProblem('stripe_unavailable', { reason: 'creation_in_use' });
  }

  // D3 and D6: whoever writes first wins, and everybody answers with the winner. `undefined` where the row has changed.
  async function settle(
    userId: string,
    held: string | undefined,
    created: string,
  ): Promise<string | undefined> {
    if (held === undefined) return rows.claim(userId, created);
    return (await rows.replace(userId, held, created)) ? created : undefined;
  }

  return find;
}

async function profileOf<User>(config: DirectoryConfig<User>, user: User): Promise<object> {
  const params = await config.profile(user);
  if (isRecord(params)) return params;
  throw new TypeError(`profile() of customerDirectory gave ${describe(params)}. It must give an object.`);
}

// Express's own word for it, from NODE_ENV unless the app says otherwise. Nothing here reads the environment.
function isProduction(req: Request | undefined): boolean {
  return req?.app?.get('env') === 'production';
}

const MEMORY_STORE = [
  'ESCS_MEMORY_STORE',
  'customerDirectory runs on memoryStore() in production: a restart forgets which customer a user has, and other ' +
    'processes never know. Use postgresStore or redisStore. This is said once.',
] as const;
