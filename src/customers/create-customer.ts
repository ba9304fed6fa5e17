import { createHash } from 'node:crypto';
import { Problem } from '../problem.js';
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
const MOST_KEYS = 3;

/**
 * Creates the customer that `creation` describes, or finds that it was created already: Stripe answers the same
 * key with the same customer for at least 24 hours (https://docs.stripe.com/api/idempotent_requests).
 * `undefined` when another request with this key is under way at Stripe.
 *
 * @throws Problem for whatever Stripe does; its own error holds keys and bodies and goes no further.
 */
export async function createCustomer(
  stripe: CustomersClient,
  creation: Creation,
  livemode: boolean | undefined,
): Promise<string | undefined> {
  for (let round = 0; ; round += 1) {
    try {
      const options = { idempotencyKey: idempotencyKey(creation, round) };
      return createdId(await stripe.customers.create(creation.params, options), livemode);
    } catch (error) {
      if (error instanceof Problem) throw error;
      if (isKeyInUse(error)) return undefined;
      // A stored 500 would be replayed for a day. Every process moves on to the same next key.
      if (!isReplayedFailure(error) || round + 1 === MOST_KEYS) throw problemFromStripe(error);
    }
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

function idempotencyKey({ scope, userId, insteadOf, params }: Creation, round: number): string {
  const parts = stableJson([scope, userId, insteadOf ?? null, params]);
  const hash = createHash('sha256').update(parts).digest('base64url');
  return `escs-customer-${hash}${round === 0 ? '' : `-${round}`}`;
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
  if (!fits || typeof id !== 'string' || !CUSTOMER_ID.test(id)) throw new Problem('stripe_mismatch');
  return id;
}

// By status and code, never by class: 409 changed its class between majors of stripe-node.
function isKeyInUse(error: unknown): boolean {
  return field(error, 'statusCode') === 409;
}

function isReplayedFailure(error: unknown): boolean {
  const status = field(error, 'statusCode');
  const replayed = field(field(error, 'headers'), 'idempotent-replayed') === 'true';
  return replayed && typeof status === 'number' && status >= 500;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
