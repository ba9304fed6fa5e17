import { isAccountId, isCustomerId } from '../core/customer-ref.js';
import { CustomerSessionProblem } from '../core/problem.js';
import { isObject } from '../core/values.js';
import { echoedKey, otherAnswer, problemFromStripe } from '../stripe/failures.js';
import { holding, Slots } from '../stripe/slots.js';

/** The part of a Stripe client that the directory calls. Any major version of stripe-node has it. */
export interface CustomersClient {
  /** All that is asked of the client. */
  customers: {
    /** `POST /v1/customers`. */
    create(params: object, options: object): Promise<object>;
    /** `GET /v1/customers/{id}`, needed with `recreate` only. */
    retrieve?(id: string, params: object, options: object): Promise<object>;
  };
}

export interface StripeCustomersConfig {
  readonly stripe: CustomersClient;
  /** The key's mode, as far as it is known. */
  readonly livemode: boolean | undefined;
  readonly recreate: boolean | 'vanished-test-data';
  readonly maxInFlight: number;
}

/** One try to create a customer. */
export interface Creation {
  readonly params: object;
  /** The creation key that the store holds (D2). */
  readonly key: string;
  /** Until when it may wait for a slot, on `performance.now()`. */
  readonly waitUntil: number;
}

/**
 * A customer, or why there is none:
 * - `in_use`: another request with this key is under way, so the customer is about to be there;
 * - `other_params`: the key was used with another profile;
 * - `kept_failure`: Stripe failed, and repeats that answer to this key for a day;
 * - `refused`: it would be refused again;
 * - `failed`: anything else.
 */
export type Outcome =
  | { readonly customer: string }
  | {
      readonly customer?: undefined;
      readonly why: 'in_use' | 'other_params' | 'kept_failure' | 'refused' | 'failed';
      readonly problem: CustomerSessionProblem;
    };

/** The directory's calls to Stripe. None lets an error of stripe-node's through: they hold keys and bodies. */
export interface StripeCustomers {
  /** @throws CustomerSessionProblem `overloaded` when there is no slot, and for an answer that is not this call's (D12) */
  create(creation: Creation): Promise<Outcome>;
  /** Whether Stripe itself says that the customer was deleted (D6). @throws CustomerSessionProblem */
  isDeleted(customer: string, waitUntil: number): Promise<boolean>;
}

const MAX_WAITING = 64;
const LONGEST_WAIT_MS = 5_000;
// Of one call, retry included. stripe-node's own is 80 s, which would hold a slot for as long.
const CALL_TIMEOUT_MS = 8_000;

export function stripeCustomers(config: StripeCustomersConfig): StripeCustomers {
  const { stripe, maxInFlight } = config;
  const slots = new Slots({ maxInFlight, maxWaiting: MAX_WAITING, longestWaitMs: LONGEST_WAIT_MS });
  const options = { timeout: CALL_TIMEOUT_MS };
  // Once Stripe has echoed a key, a customer without an echo is an answer to another call. Old mocks never echo.
  let echoes = false;

  /** What Stripe answered, bound to the call (D11, D12). */
  async function ask(call: () => Promise<unknown>, waitUntil: number, key?: string): Promise<Answer> {
    const slot = await slots.acquire({ leftMs: waitUntil - performance.now() });
    const answer = await holding(slot, call).then(answered, failed);
    const echo = echoedKey(answer.error ?? answer.body);
    echoes ||= echo !== undefined && echo === key;
    const isStray = echoes && key !== undefined && echo === undefined && answer.error === undefined;
    if ((echo !== undefined && echo !== key) || isStray) throw otherAnswer();
    return answer;
  }

  return {
    async create({ params, key, waitUntil }) {
      const create = () => stripe.customers.create(params, { ...options, idempotencyKey: key });
      const { body, error } = await ask(create, waitUntil, key);
      return error === undefined ? { customer: createdId(body, config) } : failureOf(error);
    },
    async isDeleted(customer, waitUntil) {
      // An account (Accounts v2) is closed, not deleted, and nothing is created in its place.
      if (!isCustomerId(customer)) return false;
      const retrieve = async () => stripe.customers.retrieve?.(customer, {}, options);
      const { body, error } = await ask(retrieve, waitUntil);
      if (error !== undefined) return isVanished(error, customer, config);
      if (!isObject(body) || body.id !== customer) throw mismatch('customer');
      return body.deleted === true;
    },
  };
}

/** Either of them. An error is never `undefined`. */
interface Answer {
  readonly body?: unknown;
  readonly error?: unknown;
}

function answered(body: unknown): Answer {
  return { body };
}

function failed(error: unknown): Answer {
  return { error: error ?? new Error('The call was rejected with nothing.') };
}

// By status and type, never by class: classes moved between majors of stripe-node.
function failureOf(error: unknown): Outcome {
  const problem = problemFromStripe(error);
  const { statusCode: status, rawType, headers } = isObject(error) ? error : {};
  const failure = (why: Exclude<Outcome, { customer: string }>['why']): Outcome => ({ why, problem });
  if (typeof status !== 'number') return failure('failed');
  if (status === 409) return failure('in_use');
  if (rawType === 'idempotency_error') return failure('other_params');
  if (isKept(status, headers)) return failure('kept_failure');
  return failure(status >= 400 && status < 500 && status !== 429 ? 'refused' : 'failed');
}

// A 502 to 504 comes from Stripe's edge, which keeps nothing, unless the answer says that it is a replay.
function isKept(status: number, headers: unknown): boolean {
  return status === 500 || (status > 500 && isObject(headers) && headers['idempotent-replayed'] === 'true');
}

/**
 * A customer that Stripe never heard of is not one that was deleted: the key may be of another account, and to recreate
 * would lose every user's real customer. Only test data vanishes without a trace (the Dashboard deletes it all at once).
 * A GET carries no key that would be echoed, so the 404 counts only if its message names the customer that was asked for.
 */
function isVanished(error: unknown, customer: string, config: StripeCustomersConfig): boolean {
  const { statusCode, code, message } = isObject(error) ? error : {};
  if (statusCode !== 404 || code !== 'resource_missing') throw problemFromStripe(error);
  const isTestData = config.livemode === false && config.recreate === 'vanished-test-data';
  return isTestData && String(message).split(/\W+/).includes(customer);
}

// stripe-node resolves with whatever object a 200 carried, and with some 4xx bodies.
function createdId(body: unknown, { livemode }: StripeCustomersConfig): string {
  if (!isObject(body) || body.deleted === true) throw mismatch('object');
  if (livemode !== undefined && body.livemode !== livemode) throw mismatch('livemode');
  const { object, id } = body;
  if (object === 'customer' && isCustomerId(id)) return id;
  if (object === 'v2.core.account' && isAccountId(id)) return id;
  throw mismatch('object');
}

function mismatch(reason: string): CustomerSessionProblem {
  return new CustomerSessionProblem('stripe_mismatch', { reason });
}
