import { createHash } from 'node:crypto';
import { CustomerSessionProblem } from '../core/problem.js';
import { problemFromStripe } from '../stripe/failures.js';

/** The part of a Stripe client that the directory calls. Any major version of stripe-node has it. */
export interface CustomersClient {
  customers: {
    create(params: object, options: object): Promise<object>;
    /** Needed with `recreate: true` only. */
    retrieve?(id: string): Promise<object>;
  };
}

/** What decides the idempotency key (D2). */
export interface Creation {
  readonly scope: string;
  readonly userId: string;
  /** The deleted customer that the new one takes the place of (D6). */
  readonly insteadOf: string | undefined;
  readonly params: object;
}

const CUSTOMER_ID = /^cus_[A-Za-z0-9_]{1,248}$/;

/**
 * Creates the customer that `creation` describes, or finds that it was created already: Stripe answers the same
 * key with the same customer for at least 24 hours (https://docs.stripe.com/api/idempotent_requests).
 * `undefined` when another request with this key is under way at Stripe.
 *
 * @throws CustomerSessionProblem for whatever Stripe does; its own error holds keys and bodies and goes no further.
 */
export async function createCustomer(
  stripe: CustomersClient,
  creation: Creation,
  livemode: boolean | undefined,
): Promise<string | undefined> {
  const key = keyOf(creation);
  let customer: object;
  try {
    customer = await createWithKey(stripe, creation.params, key);
  } catch (error) {
    if (field(error, 'statusCode') === 409) return undefined;
    throw problemFromStripe(error);
  }
  return createdId(customer, livemode);
}

// Stripe replays a 500 for a day, too. Then the minute decides the key: processes that try now share it, and an
// outage that spoils it has spoilt a minute.
async function createWithKey(
  stripe: CustomersClient,
  params: object,
  idempotencyKey: string,
): Promise<object> {
  try {
    return await stripe.customers.create(params, { idempotencyKey });
  } catch (error) {
    if (!isKeptFailure(error)) throw error;
    const minute = Math.floor(Date.now() / 60_000);
    return stripe.customers.create(params, { idempotencyKey: `${idempotencyKey}-${minute}` });
  }
}

/**
 * Whether Stripe itself says that the customer was deleted. A customer that Stripe never heard of is another
 * matter: the key is of another account, and to recreate would lose every user's real customer. Only test data
 * can vanish without a trace (the Dashboard deletes it all at once).
 */
export async function isDeletedAtStripe(
  stripe: CustomersClient,
  customerId: string,
  livemode: boolean | undefined,
): Promise<boolean> {
  if (!CUSTOMER_ID.test(customerId)) return false;
  try {
    const found = await stripe.customers.retrieve?.(customerId);
    return found !== undefined && 'deleted' in found && found.deleted === true;
  } catch (error) {
    if (field(error, 'statusCode') !== 404) throw problemFromStripe(error);
    return livemode === false;
  }
}

function keyOf({ scope, userId, insteadOf, params }: Creation): string {
  const parts = stableJson([scope, userId, insteadOf ?? null, params]);
  return `escs-customer-${createHash('sha256').update(parts).digest('base64url')}`;
}

// Two processes may build equal profiles in another order of members.
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

// stripe-node resolves with whatever object a 200 carried, and with some 4xx bodies.
function createdId(customer: object, livemode: boolean | undefined): string {
  const { object, id, deleted, livemode: madeLive } = { ...customer } as Record<string, unknown>;
  const fits = object === 'customer' && deleted !== true && (livemode === undefined || madeLive === livemode);
  if (!fits || typeof id !== 'string' || !CUSTOMER_ID.test(id))
    throw new CustomerSessionProblem('stripe_mismatch');
  return id;
}

// By status, never by class: classes moved between majors of stripe-node. A 502 to 504 comes from Stripe's edge,
// which keeps nothing, unless the answer says that it is a replay.
function isKeptFailure(error: unknown): boolean {
  const status = field(error, 'statusCode');
  const replayed = field(field(error, 'headers'), 'idempotent-replayed') === 'true';
  return status === 500 || (replayed && typeof status === 'number' && status > 500);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
