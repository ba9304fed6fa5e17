import type { ApiCall, ApiObject } from './call.js';
import { answerComponents, type Components, componentsParam, type Features } from './components.js';
import { invalidParam } from './errors.js';
import { newId } from './ids.js';
import { readParams, text } from './params.js';
import type { CustomerRecord, EmulatorState, SessionRecord } from './state.js';
import type { StripeEmulatorClaim, StripeEmulatorPage, StripeEmulatorPaymentMethod } from './types.js';

const CLAIMED_FOR_MS = 30 * 60 * 1000;

/** `POST /v1/customer_sessions` (https://docs.stripe.com/api/customer_sessions/create). */
export function createSession(state: EmulatorState, call: ApiCall): ApiObject {
  const { gatedFeatures, livemode, now, sessionLifetimeMs } = state.config;
  const fields = { components: componentsParam(gatedFeatures), customer: text(), customer_account: text() };
  const params = readParams(call.form, fields, ['components']);
  const components = answerComponents(params.components ?? {}, gatedFeatures);
  if (params.customer !== undefined && params.customer_account !== undefined) {
    throw invalidParam('customer_account', 'Pass customer or customer_account, not both.');
  }
  const customer = state.named(params, call.account);
  if (!customer) throw invalidParam('customer', 'Missing required param: customer.', 'parameter_missing');
  const createdAt = now();
  const session: SessionRecord = {
    clientSecret: newId('cuss_secret_', 48),
    customer: customer.id,
    customerAccount: customer.customerAccount,
    components,
    createdAt,
    expiresAt: createdAt + sessionLifetimeMs,
    claimed: false,
  };
  state.sessions.push(session);
  return {
    object: 'customer_session',
    client_secret: session.clientSecret,
    components,
    created: Math.floor(createdAt / 1000),
    customer: customer.id,
    customer_account: customer.customerAccount,
    expires_at: Math.floor(session.expiresAt / 1000),
    livemode,
  };
}

/** What Stripe.js gets for a secret: the first client that comes in time has it for 30 minutes more. */
export function claimSession(
  state: EmulatorState,
  clientSecret: string,
  page: StripeEmulatorPage = {},
): StripeEmulatorClaim {
  const session = state.sessions.findLast((candidate) => candidate.clientSecret === clientSecret);
  const customer = session && state.customers.get(session.customer);
  if (!session || !customer || customer.deleted) return { status: 'unknown' };
  const now = state.config.now();
  if (now >= session.expiresAt) return { status: 'expired' };
  if (session.claimed) return { status: 'already_claimed' };
  session.claimed = true;
  session.expiresAt = now + CLAIMED_FOR_MS;
  const message = integrationError(state, session.components.payment_element?.features, page);
  if (message !== undefined) return { status: 'integration_error', message };
  return { status: 'claimed', customer: customer.id, paymentMethods: shown(session.components, customer) };
}

// The saved payment methods that the first enabled of these components displays.
function shown(components: Components, customer: CustomerRecord): readonly StripeEmulatorPaymentMethod[] {
  const { payment_element: web, mobile_payment_element: mobile, customer_sheet: sheet } = components;
  const { features } = [web, mobile, sheet].find((component) => component?.enabled) ?? {};
  // The customer sheet has no switch: showing saved payment methods is what it is for.
  if (!features || features.payment_method_redisplay === 'disabled') return [];
  const { payment_method_allow_redisplay_filters: filters, payment_method_redisplay_limit: limit } = features;
  return customer.paymentMethods.filter((method) => filters.includes(method.allowRedisplay)).slice(0, limit);
}

// Dahlia turned the rule round (https://docs.stripe.com/changelog/dahlia, 2026-03-25, future usage in the Payment
// Element): before it the session had to name the usage; since then the session or the intent does, never both.
function integrationError(
  state: EmulatorState,
  features: Features | null | undefined,
  { intent, stripeJs = 'endive' }: StripeEmulatorPage,
): string | undefined {
  const { payment_method_save: save, payment_method_save_usage: onSession } = features ?? {};
  const isSaving = save === 'enabled';
  // The releases go through the alphabet.
  if (stripeJs < 'dahlia') {
    return isSaving && !onSession ? 'payment_method_save needs payment_method_save_usage.' : undefined;
  }
  const { object } = (intent === undefined ? undefined : state.objects.get(intent)) ?? {};
  if (object?.object !== 'payment_intent') return undefined;
  if (onSession && object.setup_future_usage) {
    return 'payment_method_save_usage and setup_future_usage are both set: one of them decides, not both.';
  }
  const isUnsaid = isSaving && !onSession && !object.setup_future_usage;
  return isUnsaid ? 'payment_method_save needs payment_method_save_usage or setup_future_usage.' : undefined;
}
