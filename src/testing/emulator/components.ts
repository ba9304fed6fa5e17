import { invalidParam } from './errors.js';
import { boolean, type Fields, integer, list, object, oneOf, type Reader } from './params.js';

/** A feature's parameter, and what is answered where it was left out. */
type Feature = readonly [read: Reader<unknown>, answered: unknown];

const onOff: Feature = [oneOf('disabled', 'enabled'), 'disabled'];
const redisplay = oneOf('always', 'limited', 'unspecified');
const filters: Feature = [list(redisplay), ['always']];

const mobile = {
  payment_method_allow_redisplay_filters: filters,
  payment_method_redisplay: onOff,
  payment_method_remove: onOff,
  payment_method_save: onOff,
};

// PostCustomerSessions of Stripe's OpenAPI description, with the defaults that its texts name.
const COMPONENTS: Readonly<Record<string, Readonly<Record<string, Feature>> | undefined>> = {
  active_entitlements: undefined,
  buy_button: undefined,
  customer_portal: undefined,
  customer_sheet: { payment_method_allow_redisplay_filters: filters, payment_method_remove: onOff },
  mobile_payment_element: {
    ...mobile,
    payment_method_save_allow_redisplay_override: [redisplay, null],
  },
  payment_element: {
    ...mobile,
    payment_method_redisplay_limit: [integer(1, 10), 3],
    payment_method_save_usage: [oneOf('off_session', 'on_session'), null],
  },
  pricing_table: undefined,
};

/** A component's features as answered: everything said, nothing missing. */
export interface Features extends Readonly<Record<string, unknown>> {
  readonly payment_method_allow_redisplay_filters: readonly string[];
  readonly payment_method_redisplay?: string;
  readonly payment_method_redisplay_limit?: number;
  readonly payment_method_save?: string;
  readonly payment_method_save_usage?: string | null;
}

/** All components by name, each with a boolean, as Stripe answers them. */
export type Components = Readonly<Record<string, { enabled: boolean; features?: Features | null }>>;

/** The `components` parameter; `gated` features are Stripe's own where the account has been given them. */
export function componentsParam(gated: readonly string[]) {
  const components: Record<string, Reader<unknown>> = {};
  for (const [name, features] of Object.entries(COMPONENTS)) {
    const readers: Fields = mapValues(withGated(features, gated), ([read]) => read);
    components[name] = object({ enabled: boolean, ...(features && { features: object(readers) }) }, [
      'enabled',
    ]);
  }
  return object(components);
}

/** Checks what no single parameter shows, and fills in what was left out. */
export function answerComponents(params: object, gated: readonly string[]): Components {
  const given = params as Readonly<Record<string, { enabled: boolean; features?: Partial<Features> }>>;
  const components = Object.entries(COMPONENTS).map(([name, own]) => {
    const { enabled = false, features = {} } = given[name] ?? {};
    refuseOverride(name, features);
    if (!own) return [name, { enabled }] as const;
    const all = { ...mapValues(withGated(own, gated), ([, answered]) => answered), ...features } as Features;
    return [name, { enabled, features: enabled ? all : null }] as const;
  });
  if (components.some(([, { enabled }]) => enabled)) return Object.fromEntries(components);
  throw invalidParam('components', 'At least one component must be enabled.');
}

function withGated(features: Readonly<Record<string, Feature>> = {}, gated: readonly string[]) {
  return { ...Object.fromEntries(gated.map((feature) => [feature, onOff])), ...features };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

// The override's description ends "when payment_method_save is set to disabled". No source says that the API refuses
// payment_method_save without a usage, or a usage without it: that is Stripe.js's to do, as the page is rendered.
function refuseOverride(name: string, features: Partial<Features>): void {
  const override = 'payment_method_save_allow_redisplay_override';
  if (features.payment_method_save !== 'enabled' || features[override] === undefined) return;
  const param = `components[${name}][features][${override}]`;
  throw invalidParam(param, `${override} can only be set when payment_method_save is disabled.`);
}
