import type { AllowRedisplay } from '../../components/components.js';
import { savedPaymentMethods } from '../../components/presets.js';
import { isObject } from '../../core/values.js';
import type { OwnStripe } from '../../stripe/client.js';
import { problemFromStripe } from '../../stripe/failures.js';
import type { Settings } from '../arguments.js';
import { found, good, type Outcome, unchecked } from '../findings.js';

/** A saved payment method of the customer, and whether the Payment Element shows it. */
export interface SavedMethod {
  id: string;
  /** `visa 4242`, or the type where it is no card. */
  label: string;
  type: string;
  allowRedisplay: string;
  shown: boolean;
  /** Why it is shown or hidden. */
  why: string;
}

export interface CustomerExam {
  outcomes: Outcome[];
  methods: SavedMethod[];
}

type Wanted = Pick<Settings, 'redisplay' | 'limit'>;

const MOST_METHODS = 100;
/** Those that Stripe's guide names: https://docs.stripe.com/payments/save-customer-payment-methods */
const SHOWN_TYPES = ['card', 'us_bank_account', 'sepa_debit'];

/** Why are there no saved cards? Each payment method of the customer, shown or hidden and why. */
export async function examineCustomer(
  stripe: OwnStripe,
  customer: string,
  wanted: Wanted,
): Promise<CustomerExam> {
  try {
    const { data } = await stripe.customers.listPaymentMethods(customer, { limit: MOST_METHODS });
    const methods = explain(data.map(readMethod), wanted);
    return { methods, outcomes: [verdict(methods)] };
  } catch (error) {
    return { methods: [], outcomes: [failure(error)] };
  }
}

function failure(error: unknown): Outcome {
  const { reason = 'no answer', stripe } = problemFromStripe(error);
  const { stripeStatus: status, stripeCode } = stripe;
  if (stripeCode === 'resource_missing')
    return found('unknown-customer', 'Stripe answered "resource_missing".');
  if (status === 401 || status === 403) return found('key-may-not-list', `Stripe answered ${status}.`);
  return unchecked(
    "The customer's payment methods",
    status === undefined ? reason : `Stripe answered ${status}`,
  );
}

interface Method {
  id: string;
  label: string;
  type: string;
  allowRedisplay: string;
}

// Field by field: what else Stripe tells of a payment method is nobody's business here.
function readMethod(method: object): Method {
  const { id, type, allow_redisplay: allowRedisplay, card } = method as Record<string, unknown>;
  const { brand, last4 } = isObject(card) ? card : {};
  return {
    id: String(id),
    type: String(type),
    label: typeof brand === 'string' ? `${brand} ${String(last4)}` : String(type),
    allowRedisplay: typeof allowRedisplay === 'string' ? allowRedisplay : 'unspecified',
  };
}

function explain(methods: readonly Method[], { redisplay, limit }: Wanted): SavedMethod[] {
  let left = limit;
  return methods.map((method) => {
    const hidden =
      whyHidden(method, redisplay) ?? (left === 0 ? `only ${limit} are shown (limit)` : undefined);
    if (hidden === undefined) left -= 1;
    return {
      ...method,
      shown: hidden === undefined,
      why: hidden ?? `allow_redisplay is ${method.allowRedisplay}`,
    };
  });
}

function whyHidden({ type, allowRedisplay }: Method, redisplay: Wanted['redisplay']): string | undefined {
  if (redisplay === 'off') return 'redisplay is off';
  if (!SHOWN_TYPES.includes(type)) return `the Payment Element does not show the type ${type} again`;
  if (filtersOf(redisplay).includes(allowRedisplay)) return undefined;
  const needed = allowRedisplay === 'limited' ? 'limited' : 'all';
  return `allow_redisplay is ${allowRedisplay}: shown with redisplay '${needed}'`;
}

// The preset decides, so that the doctor says what the app does.
function filtersOf(redisplay: Exclude<Wanted['redisplay'], 'off'>): readonly string[] {
  const { features } = savedPaymentMethods({ save: false, redisplay }).payment_element;
  const filters: readonly AllowRedisplay[] = features?.payment_method_allow_redisplay_filters ?? [];
  return filters;
}

function verdict(methods: readonly SavedMethod[]): Outcome {
  const shown = methods.filter((method) => method.shown).length;
  const seen = `${shown} of ${methods.length} are shown.`;
  if (methods.length === 0) return found('no-saved-methods', 'Stripe lists none.');
  if (shown === 0) return found('no-method-shown', seen);
  return shown < methods.length ? found('some-methods-hidden', seen) : good(`Saved payment methods: ${seen}`);
}
