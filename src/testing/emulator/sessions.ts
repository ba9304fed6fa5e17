import { answerComponents, type Components, componentsParam } from './components.js';
import { invalidParam, noSuch } from './errors.js';
import { expandCustomer, notExpandable } from './expand.js';
import { newId } from './ids.js';
import { expand, readParams, text } from './params.js';
import type { ApiCall } from './routes.js';
import type { CustomerRecord, EmulatorState, SessionRecord } from './state.js';
import type { StripeEmulatorClaim, StripeEmulatorPaymentMethod } from './types.js';

const HALF_AN_HOUR_MS = 30 * 60 * 1000;

const createParams = {
  components: componentsParam,
  customer: text(),
  customer_account: text(),
  expand,
} as const;

/** `POST /v1/customer_sessions` (https://docs.stripe.com/api/customer_sessions/create). */
export function createSession(state: EmulatorState, call: ApiCall): Record<string, unknown> {
  const params = readParams(call.form, createParams, ['components']);
  const components = answerComponents(params.components ?? {});
  const customer = findCustomer(state, call.account, params);
  const expanded = expandedCustomer(customer, params.expand);
  const session = addSession(state, customer, components);
  return {
    object: 'customer_session',
    client_secret: session.clientSecret,
    components,
    created: Math.floor(session.createdAt / 1000),
    customer: expanded,
    customer_account: customer.customerAccount,
    expires_at: Math.floor(session.expiresAt / 1000),
    livemode: state.config.livemode,
  };
}

function findCustomer(
  state: EmulatorState,
  account: string | null,
  params: { customer?: string; customer_account?: string },
): CustomerRecord {
  const { customer, customer_account: customerAccount } = params;
  if (customer !== undefined && customerAccount !== undefined) {
    throw invalidParam('customer_account', 'Pass customer or customer_account, not both.');
  }
  if (customer !== undefined) {
    const found = state.find(customer, account);
    if (!found || found.deleted) throw noSuch('customer', customer, { status: 400, param: 'customer' });
    return found;
  }
  if (customerAccount === undefined) {
    throw invalidParam('customer', 'Missing required param: customer.', 'parameter_missing');
  }
  const found = state.findAccount(customerAccount, account);
  if (!found || found.deleted) {
    throw noSuch('account', customerAccount, { status: 400, param: 'customer_account' });
  }
  return found;
}

// `expand[]=customer` answers the object in place of its id, `expand[]=customer.tax` with more of it.
function expandedCustomer(customer: CustomerRecord, paths: readonly string[] = []) {
  if (paths.length === 0) return customer.id;
  for (const [index, path] of paths.entries()) {
    if (path !== 'customer' && !path.startsWith('customer.')) throw notExpandable(index, path);
  }
  const within = paths.filter((path) => path !== 'customer');
  return expandCustomer(customer.object, within, 'customer.');
}

function addSession(state: EmulatorState, customer: CustomerRecord, components: Components): SessionRecord {
  const createdAt = state.config.now();
  const session: SessionRecord = {
    clientSecret: newId('cuss_secret_', 48),
    customer: customer.id,
    customerAccount: customer.customerAccount,
    components,
    createdAt,
    expiresAt: createdAt + HALF_AN_HOUR_MS,
    claimed: false,
  };
  state.addSession(session);
  return session;
}

/** What Stripe.js gets for a secret: the first client within 30 minutes has it for 30 more. */
export function claimSession(state: EmulatorState, clientSecret: string): StripeEmulatorClaim {
  const session = state.session(clientSecret);
  const customer = session && state.customers.get(session.customer);
  if (!session || !customer || customer.deleted) return { status: 'unknown' };
  const now = state.config.now();
  if (now >= session.expiresAt) return { status: 'expired' };
  if (session.claimed) return { status: 'already_claimed' };
  session.claimed = true;
  session.expiresAt = now + HALF_AN_HOUR_MS;
  return { status: 'claimed', customer: customer.id, paymentMethods: shown(session.components, customer) };
}

// The saved payment methods that the first enabled of these components displays.
function shown(components: Components, customer: CustomerRecord): readonly StripeEmulatorPaymentMethod[] {
  const { payment_element: web, mobile_payment_element: mobile, customer_sheet: sheet } = components;
  const { features } = [web, mobile, sheet].find((component) => component.enabled) ?? {};
  // The customer sheet has no switch: showing saved payment methods is what it is for.
  if (!features || features.payment_method_redisplay === 'disabled') return [];
  const { payment_method_allow_redisplay_filters: filters, payment_method_redisplay_limit: limit } = features;
  return customer.paymentMethods.filter((method) => filters.includes(method.allowRedisplay)).slice(0, limit);
}
