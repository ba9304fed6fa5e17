import { describe } from './config-error.js';
import { CustomerSessionProblem } from './problem.js';
import type { ConnectScope } from './types.js';

/** A resolved customer whose ids are known to be clean. */
export interface Customer {
  /** `cus_…`, or `acct_…` of Accounts v2. */
  readonly id: string;
  /** The parameter of Stripe's API that takes the id. */
  readonly parameter: 'customer' | 'customer_account';
  readonly connect: ConnectScope;
}

const CUSTOMER = /^cus_[A-Za-z0-9_]{1,248}$/;
const ACCOUNT = /^acct_[A-Za-z0-9_]{1,248}$/;
// A context may name a path of accounts: https://docs.stripe.com/context
const CONTEXT = /^[A-Za-z0-9_]{1,248}(?:\/[A-Za-z0-9_]{1,248}){0,4}$/;
const MEMBERS = new Set(['customer', 'customerAccount', 'stripeContext', 'stripeAccount']);

/** Whether it is the id of a customer, `cus_…`. */
export function isCustomerId(id: unknown): id is string {
  return typeof id === 'string' && CUSTOMER.test(id);
}

/** Whether it is the id of an account, `acct_…`. */
export function isAccountId(id: unknown): id is string {
  return typeof id === 'string' && ACCOUNT.test(id);
}

/** Two accounts of a platform may know the same id for different people. */
export function keyOfCustomer({ id, connect }: Customer): string {
  return `${connect.stripeContext ?? connect.stripeAccount ?? ''}:${id}`;
}

/**
 * H6 and H7: what the host's resolver gave, as a customer. `null` and `undefined` are nobody (`no_customer`); all
 * that is not exactly a clean reference is refused as `misconfigured` before it can reach Stripe.
 */
export function parseCustomerRef(ref: unknown): Customer {
  if (ref === null || ref === undefined) throw new CustomerSessionProblem('no_customer');
  const customer = typeof ref === 'string' ? fromId(ref, {}) : fromObject(ref);
  if (customer !== undefined) return customer;
  throw new CustomerSessionProblem('misconfigured', { reason: 'customer_ref', cause: notAReference(ref) });
}

function fromId(id: unknown, connect: ConnectScope): Customer | undefined {
  if (isCustomerId(id)) return { id, parameter: 'customer', connect };
  if (isAccountId(id)) return { id, parameter: 'customer_account', connect };
  return undefined;
}

function fromObject(ref: unknown): Customer | undefined {
  if (!isPlainObject(ref)) return undefined;
  const { customer, customerAccount, stripeContext, stripeAccount } = ref;
  if (Object.keys(ref).some((key) => !MEMBERS.has(key))) return undefined;
  const connect = connectScope(stripeContext, stripeAccount);
  if (connect === undefined || (customer === undefined) === (customerAccount === undefined)) return undefined;
  const parsed = fromId(customer ?? customerAccount, connect);
  const named = customer === undefined ? 'customer_account' : 'customer';
  return parsed?.parameter === named ? parsed : undefined;
}

function connectScope(stripeContext: unknown, stripeAccount: unknown): ConnectScope | undefined {
  if (stripeContext === undefined && stripeAccount === undefined) return {};
  if (stripeContext === undefined) return isAccountId(stripeAccount) ? { stripeAccount } : undefined;
  const clean =
    stripeAccount === undefined && typeof stripeContext === 'string' && CONTEXT.test(stripeContext);
  return clean ? { stripeContext } : undefined;
}

// Of anything but null and undefined.
function isPlainObject(value: unknown): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

// For `onEvent`; the value itself may be anything, so only its kind is told.
function notAReference(ref: unknown): TypeError {
  return new TypeError(
    `resolveCustomer gave ${typeof ref === 'string' ? 'a string that is not a clean customer id' : describe(ref)}. ` +
      "Return 'cus_…', 'acct_…', { customer }, { customerAccount }, or null when the user has no customer.",
  );
}
