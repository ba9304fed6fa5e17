import { choiceError, configError, slipOf } from '../core/config-error.js';
import { isRecord } from '../core/values.js';
import type { WarnOnce } from '../core/warn-once.js';

/** `enabled` or `disabled`, as Stripe spells its switches. */
export type Switch = 'enabled' | 'disabled';
/** A saved card's `allow_redisplay`: how far its owner agreed to see it offered again. */
export type AllowRedisplay = 'always' | 'limited' | 'unspecified';

/** A component that is on or off. */
export interface Component {
  /** Whether the session is for this component. One of a session's components must be. */
  enabled: boolean;
}

/** A component, and what it may do with saved payment methods. */
export interface ComponentWithFeatures<Features> extends Component {
  /** What the component may do. Left out, Stripe's defaults hold. */
  features?: Features;
}

/**
 * Stripe's `components` object: what the session lets a front end do. Other names pass with one warning, since
 * Stripe adds some. Source: https://docs.stripe.com/api/customer_sessions/create
 */
export interface Components {
  /** The Payment Element on a web page. Preset: `savedPaymentMethods()`. */
  payment_element?: ComponentWithFeatures<PaymentElementFeatures>;
  /** The mobile Payment Element. Preset: `mobilePaymentElement()`. */
  mobile_payment_element?: ComponentWithFeatures<MobilePaymentElementFeatures>;
  /** The mobile Customer Sheet. Preset: `customerSheet()`. */
  customer_sheet?: ComponentWithFeatures<CustomerSheetFeatures>;
  /** The Pricing Table. Preset: `pricingTable()`. */
  pricing_table?: Component;
  /** The Buy Button. Preset: `buyButton()`. */
  buy_button?: Component;
  /** The Customer Portal of the iOS BillingSDK. Preset: `customerPortal()`. */
  customer_portal?: Component;
  /** Active Entitlements of the iOS BillingSDK. Preset: `activeEntitlements()`. */
  active_entitlements?: Component;
}

/** What the Payment Element may do with saved payment methods. */
export interface PaymentElementFeatures {
  /** Whether saved payment methods are shown. Stripe's default: `disabled`. */
  payment_method_redisplay?: Switch;
  /** Which of them are shown, by the consent that they were saved with. Stripe's default: `['always']`. */
  payment_method_allow_redisplay_filters?: AllowRedisplay[];
  /** How many of them are shown at most, 1 to 10. Stripe's default: 3. */
  payment_method_redisplay_limit?: number;
  /** Whether the buyer is offered a checkbox to save the payment method. Stripe's default: `disabled`. */
  payment_method_save?: Switch;
  /** What a payment method that is saved by the checkbox may be used for. Left out, the intent says it. */
  payment_method_save_usage?: 'on_session' | 'off_session';
  /** Whether the buyer may delete saved payment methods. Stripe's default: `disabled`. */
  payment_method_remove?: Switch;
}

/** What the mobile Payment Element may do with saved payment methods. */
export interface MobilePaymentElementFeatures {
  /** Whether saved payment methods are shown. */
  payment_method_redisplay?: Switch;
  /** Which of them are shown, by the consent that they were saved with. Stripe's default: `['always']`. */
  payment_method_allow_redisplay_filters?: AllowRedisplay[];
  /** Whether the buyer is offered a checkbox to save the payment method. */
  payment_method_save?: Switch;
  /** The `allow_redisplay` that saved methods get. Only with `payment_method_save: 'disabled'`. */
  payment_method_save_allow_redisplay_override?: AllowRedisplay;
  /** Whether the buyer may delete saved payment methods. */
  payment_method_remove?: Switch;
}

/** What the mobile Customer Sheet may do with saved payment methods. */
export interface CustomerSheetFeatures {
  /** Which of them are shown, by the consent that they were saved with. Stripe's default: `['always']`. */
  payment_method_allow_redisplay_filters?: AllowRedisplay[];
  /** Whether the user may delete saved payment methods. */
  payment_method_remove?: Switch;
}

/** What a feature accepts: a test, and how to say it. */
interface Accepts {
  test: (value: unknown) => boolean;
  text: string;
}

const SWITCH = oneOf(['enabled', 'disabled']);
const ALLOW_REDISPLAY = ['always', 'limited', 'unspecified'];
const FILTERS: Accepts = {
  test: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((item) => ALLOW_REDISPLAY.includes(item)),
  text: `Use an array of ${ALLOW_REDISPLAY.map((name) => `"${name}"`).join(', ')}; leave it out for Stripe's default.`,
};
const LIMIT: Accepts = {
  test: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 10,
  text: 'Use a whole number from 1 to 10.',
};

/** Which features each component has. `null`: the component has none. */
const CATALOGUE: Record<keyof Components, Record<string, Accepts> | null> = {
  payment_element: {
    payment_method_redisplay: SWITCH,
    payment_method_allow_redisplay_filters: FILTERS,
    payment_method_redisplay_limit: LIMIT,
    payment_method_save: SWITCH,
    payment_method_save_usage: oneOf(['on_session', 'off_session']),
    payment_method_remove: SWITCH,
  },
  mobile_payment_element: {
    payment_method_redisplay: SWITCH,
    payment_method_allow_redisplay_filters: FILTERS,
    payment_method_save: SWITCH,
    payment_method_save_allow_redisplay_override: oneOf(ALLOW_REDISPLAY),
    payment_method_remove: SWITCH,
  },
  customer_sheet: {
    payment_method_allow_redisplay_filters: FILTERS,
    payment_method_remove: SWITCH,
  },
  pricing_table: null,
  buy_button: null,
  customer_portal: null,
  active_entitlements: null,
};

const COMPONENTS = Object.keys(CATALOGUE);
const FEATURES = new Set(Object.values(CATALOGUE).flatMap((features) => Object.keys(features ?? {})));

function oneOf(values: readonly string[]): Accepts {
  return {
    test: (value) => values.some((one) => one === value),
    text: `Use ${values.map((value) => `"${value}"`).join(' or ')}.`,
  };
}

/** Whether its SDK is a mobile one, which needs `format: 'mobile'`. */
export function isMobileComponent(name: string): boolean {
  return name === 'mobile_payment_element' || name === 'customer_sheet';
}

/**
 * Checks Stripe's `components` object and returns a frozen copy of its own. Names that Stripe may have added pass, with a
 * warning each.
 * @throws {TypeError} on a bad one
 */
export function parseComponents(given: unknown, warn: WarnOnce): Components {
  const example = "savedPaymentMethods({ save: 'on_session' })";
  const components = requireRecord('components', given, `Use ${example} or another preset.`);
  const parsed: Record<string, unknown> = {};
  let isOneEnabled = false;
  for (const [name, value] of Object.entries(components)) {
    if (value === undefined) continue;
    requireComponentName(name, warn);
    const component = parseComponent(name, value, warn);
    isOneEnabled ||= component.enabled;
    parsed[name] = component;
  }
  if (isOneEnabled) return Object.freeze(parsed);
  throw configError('components', given, `Enable at least one component, e.g. ${example}.`);
}

function parseComponent(name: string, value: unknown, warn: WarnOnce): ComponentWithFeatures<unknown> {
  const path = `components.${name}`;
  const component = requireRecord(path, value, 'Use { enabled: true }, with features where it has some.');
  const { enabled, features } = component;
  if (typeof enabled !== 'boolean') throw choiceError(`${path}.enabled`, enabled, 'Use true or false.');
  for (const key of Object.keys(component)) {
    if (key === 'enabled' || key === 'features') continue;
    const hint = FEATURES.has(key)
      ? `Put "${key}" into its "features".`
      : 'A component has "enabled" and "features".';
    throw configError(`${path}.${key}`, component[key], hint);
  }
  if (features === undefined) return Object.freeze({ enabled });
  return Object.freeze({ enabled, features: parseFeatures(name, features, warn) });
}

function parseFeatures(component: string, value: unknown, warn: WarnOnce): object {
  const path = `components.${component}.features`;
  const features = requireRecord(path, value, 'Use an object of features.');
  const known = isCatalogued(component) ? (CATALOGUE[component] ?? {}) : undefined;
  const parsed: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(features)) {
    if (setting === undefined) continue;
    const accepts = known && Object.hasOwn(known, name) ? known[name] : undefined;
    if (known !== undefined && accepts === undefined) requireFeatureName(component, name, warn);
    if (accepts?.test(setting) === false) throw choiceError(`${path}.${name}`, setting, accepts.text);
    parsed[name] = Array.isArray(setting) ? Object.freeze([...setting]) : setting;
  }
  refuseOverrideWithSave(path, parsed);
  return Object.freeze(parsed);
}

function refuseOverrideWithSave(path: string, features: Record<string, unknown>): void {
  const override = features.payment_method_save_allow_redisplay_override;
  if (override === undefined || features.payment_method_save === 'disabled') return;
  throw choiceError(
    `${path}.payment_method_save_allow_redisplay_override`,
    override,
    'Stripe takes it only with payment_method_save: "disabled".',
  );
}

function requireComponentName(name: string, warn: WarnOnce): void {
  if (isCatalogued(name)) return;
  const slip = slipOf(name, COMPONENTS);
  if (slip !== undefined) throw unknownName('component', name, `Did you mean "${slip}"?`);
  if (FEATURES.has(name))
    throw unknownName('component', name, 'It is a feature: put it into a component\'s "features".');
  passNewName('component', name, warn);
}

function requireFeatureName(component: string, name: string, warn: WarnOnce): void {
  const kind = `feature of ${component}`;
  if (FEATURES.has(name)) {
    const owners = COMPONENTS.filter((other) => isCatalogued(other) && name in (CATALOGUE[other] ?? {}));
    throw unknownName(kind, name, `It belongs to ${owners.join(', ')}.`);
  }
  const slip = slipOf(name, [...FEATURES]);
  if (slip !== undefined) throw unknownName(kind, name, `Did you mean "${slip}"?`);
  passNewName(kind, name, warn);
}

// Names of this form come from the host's code and hold nothing secret.
function unknownName(kind: string, name: string, hint: string): TypeError {
  const shown = STRIPE_NAME.test(name) ? `"${name}"` : 'name';
  return new TypeError(`express-stripe-customer-session: unknown ${kind}: ${shown}. ${hint}`);
}

const STRIPE_NAME = /^[a-z][a-z0-9_]{1,63}$/;

// Stripe adds components and features, and gates some: what could be a name of its own passes, and is said once.
function passNewName(kind: string, name: string, warn: WarnOnce): void {
  if (!STRIPE_NAME.test(name)) throw unknownName(kind, name, 'Names are in snake_case.');
  warn(
    'ESCS_UNKNOWN_COMPONENT',
    `The ${kind} "${name}" is unknown to this version of the package; it is passed to Stripe as it is. Others may follow.`,
  );
}

function isCatalogued(name: string): name is keyof Components {
  return Object.hasOwn(CATALOGUE, name);
}

function requireRecord(path: string, value: unknown, fix: string): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw configError(path, value, fix);
}
