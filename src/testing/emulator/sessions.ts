import { answerComponents, type Components, componentsParam } from './components.js';
import { invalidParam, noSuch } from './errors.js';
import { newId } from './ids.js';
import { expand, type ParamFields, type ParamValues, readParams, text } from './params.js';
import type { ApiCall } from './routes.js';
import type { CustomerRecord, EmulatorState, SessionRecord } from './state.js';
import type { StripeEmulatorClaim, StripeEmulatorPaymentMethod } from './types.js';

const HALF_AN_HOUR_MS = 30 * 60 * 1000;

const createParams: ParamFields = {
  components: componentsParam,
  customer: text(),
  customer_account: text(),
  expand,
};

/** `POST /v1/customer_sessions` (https://docs.stripe.com/api/customer_sessions/create). */
export function createSession(state: EmulatorState, call: ApiCall): Record<string, unknown> {
  const params = readParams(call.form, createParams, ['components']);
  const components = answerComponents(params.components as ParamValues);
  const expanded = (params.expand ?? []) as string[];
  const customer = findCustomer(state, call, params);
  for (const [index, field] of expanded.entries()) {
    if (field === 'customer') continue;
    throw invalidParam(`expand[${index}]`, `This property cannot be expanded (${field.slice(0, 64)}).`);
  }
  const session = addSession(state, customer, components);
  return {
    object: 'customer_session',
    client_secret: session.clientSecret,
    components,
    created: Math.floor(session.createdAt / 1000),
    customer: expanded.includes('customer') ? customer.object : customer.id,
    customer_account: customer.customerAccount,
    expires_at: Math.floor(session.expiresAt / 1000),
    livemode: state.config.livemode,
  };
}

function findCustomer(state: EmulatorState, call: ApiCall, params: ParamValues): CustomerRecord {
  const { customer, customer_account: customerAccount } = params;
  if (typeof customer === 'string' && typeof customerAccount === 'string') {
    throw invalidParam('customer_account', 'Pass customer or customer_account, not both.');
  }
  if (typeof customer === 'string') {
    const found = state.find(customer, call.account);
    if (!found || found.deleted) throw noSuch('customer', customer, { status: 400, param: 'customer' });
    return found;
  }
  if (typeof customerAccount !== 'string') {
    throw invalidParam('customer', 'Missing required param: customer.', 'parameter_missing');
  }
  const found = state.findAccount(customerAccount, call.account);
  if (!found || found.deleted) {
    throw noSuch('account', customerAccount, { status: 400, param: 'customer_account' });
  }
  return found;
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
  const session = state.sessionsBySecret.get(clientSecret);
  const customer = session && state.customers.get(session.customer);
  if (!session || !customer || customer.deleted) return { status: 'unknown' };
  const now = state.config.now();
  if (now >= session.expiresAt) return { status: 'expired' };
  if (session.claimed) return { status: 'already_claimed' };
  session.claimed = true;
  session.expiresAt = now + HALF_AN_HOUR_MS;
  return { status: 'claimed', customer: customer.id, paymentMethods: shown(session, customer) };
}

// The saved payment methods that the first enabled of these components displays.
function shown(session: SessionRecord, customer: CustomerRecord): StripeEmulatorPaymentMethod[] {
  const names = ['payment_element', 'mobile_payment_element', 'customer_sheet'] as const;
  const name = names.find((component) => session.components[component]?.enabled);
  const features = (name && session.components[name]?.features) ?? {};
  // The customer sheet has no switch: showing saved payment methods is what it is for.
  if (name === undefined || (features.payment_method_redisplay ?? 'enabled') !== 'enabled') return [];
  const filters = features.payment_method_allow_redisplay_filters as string[];
  const limit = (features.payment_method_redisplay_limit ?? Infinity) as number;
  return customer.paymentMethods.filter((method) => filters.includes(method.allowRedisplay)).slice(0, limit);
}
