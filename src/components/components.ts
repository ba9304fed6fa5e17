import { configError, describe, nearest } from '../core/config-error.js';

/** `enabled` or `disabled`, as Stripe spells its switches. */
export type Switch = 'enabled' | 'disabled';
/** A saved card's `allow_redisplay`: how far its owner agreed to see it offered again. */
export type AllowRedisplay = 'always' | 'limited' | 'unspecified';

interface WithoutFeatures {
  enabled: boolean;
}
interface With<Features> {
  enabled: boolean;
  features?: Features;
}

/**
 * Stripe's `components` object: what the session lets a front end do. Other names pass with one warning, since
 * Stripe adds some. Source: https://docs.stripe.com/api/customer_sessions/create
 */
export interface Components {
  payment_element?: With<PaymentElementFeatures>;
  mobile_payment_element?: With<MobilePaymentElementFeatures>;
  customer_sheet?: With<CustomerSheetFeatures>;
  pricing_table?: WithoutFeatures;
  buy_button?: WithoutFeatures;
  customer_portal?: WithoutFeatures;
  active_entitlements?: WithoutFeatures;
}

export interface PaymentElementFeatures {
  payment_method_redisplay?: Switch;
  payment_method_allow_redisplay_filters?: readonly AllowRedisplay[];
  /** 1 to 10. */
  payment_method_redisplay_limit?: number;
  payment_method_save?: Switch;
  payment_method_save_usage?: 'on_session' | 'off_session';
  payment_method_remove?: Switch;
}

export interface MobilePaymentElementFeatures {
  payment_method_redisplay?: Switch;
  payment_method_allow_redisplay_filters?: readonly AllowRedisplay[];
  payment_method_save?: Switch;
  /** Only with `payment_method_save: 'disabled'`. */
  payment_method_save_allow_redisplay_override?: AllowRedisplay;
  payment_method_remove?: Switch;
}

export interface CustomerSheetFeatures {
  payment_method_allow_redisplay_filters?: readonly AllowRedisplay[];
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
    test: (value) => typeof value === 'string' && values.includes(value),
    text: `Use ${values.map((value) => `"${value}"`).join(' or ')}.`,
  };
}

/** Checks Stripe's `components` object and returns a frozen copy of its own; throws a `TypeError` on a bad one. */
export function parseComponents(given: unknown): Components {
  const components = plainObject('components', given, 'Use savedPaymentMethods() or another preset.');
  const parsed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(components)) {
    if (value === undefined) continue;
    requireComponentName(name);
    parsed[name] = parseComponent(name, value);
  }
  const enabled = Object.values(parsed).some(
    (component) => isObject(component) && component.enabled === true,
  );
  if (!enabled) {
    throw configError('components', given, 'Enable at least one component, e.g. savedPaymentMethods().');
  }
  return Object.freeze(parsed);
}

function parseComponent(name: string, value: unknown): unknown {
  const path = `components.${name}`;
  const component = plainObject(path, value, 'Use { enabled: true }, with features where it has some.');
  if (typeof component.enabled !== 'boolean') {
    throw configError(`${path}.enabled`, component.enabled, 'Use true or false.');
  }
  for (const key of Object.keys(component)) {
    if (key === 'enabled' || key === 'features') continue;
    const hint = FEATURES.has(key)
      ? `Put "${key}" into its "features".`
      : 'A component has "enabled" and "features".';
    throw configError(`${path}.${key}`, component[key], hint);
  }
  if (component.features === undefined) return Object.freeze({ enabled: component.enabled });
  return Object.freeze({ enabled: component.enabled, features: parseFeatures(name, component.features) });
}

function parseFeatures(component: string, value: unknown): unknown {
  const path = `components.${component}.features`;
  const features = plainObject(path, value, 'Use an object of features.');
  const known = isCatalogued(component) ? CATALOGUE[component] : undefined;
  const parsed: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(features)) {
    if (setting === undefined) continue;
    if (known === undefined) {
      parsed[name] = setting;
      continue;
    }
    const accepts = known?.[name];
    if (accepts === undefined) requireFeatureName(component, name);
    else if (!accepts.test(setting)) throw configError(`${path}.${name}`, setting, accepts.text);
    parsed[name] = Array.isArray(setting) ? Object.freeze([...setting]) : setting;
  }
  refuseOverrideWithSave(path, parsed);
  return Object.freeze(parsed);
}

function refuseOverrideWithSave(path: string, features: Record<string, unknown>): void {
  const override = features.payment_method_save_allow_redisplay_override;
  if (override === undefined || features.payment_method_save === 'disabled') return;
  throw configError(
    `${path}.payment_method_save_allow_redisplay_override`,
    override,
    'Stripe takes it only with payment_method_save: "disabled".',
  );
}

function requireComponentName(name: string): void {
  if (isCatalogued(name)) return;
  const near = nearest(name, COMPONENTS);
  if (near !== undefined) throw unknownName('component', name, `Did you mean "${near}"?`);
  if (FEATURES.has(name))
    throw unknownName('component', name, 'It is a feature: put it into a component\'s "features".');
  requireStripeName('component', name);
}

function requireFeatureName(component: string, name: string): void {
  const kind = `feature of ${component}`;
  if (FEATURES.has(name)) {
    const owners = COMPONENTS.filter((other) => isCatalogued(other) && name in (CATALOGUE[other] ?? {}));
    throw unknownName(kind, name, `It belongs to ${owners.join(', ')}.`);
  }
  const near = nearest(name, [...FEATURES]);
  if (near !== undefined) throw unknownName(kind, name, `Did you mean "${near}"?`);
  requireStripeName(kind, name);
}

function unknownName(kind: string, name: string, hint: string): TypeError {
  return new TypeError(`express-stripe-customer-session: unknown ${kind} ${describe(name)}. ${hint}`);
}

const warnedOf = new Set<string>();

// Stripe adds components and features: what could be a name of its own passes, and is said once.
function requireStripeName(kind: string, name: string): void {
  if (!/^[a-z][a-z0-9_]{1,63}$/.test(name)) throw unknownName(kind, name, 'Names are in snake_case.');
  const what = `${kind} "${name}"`;
  if (warnedOf.has(what) || warnedOf.size >= 100) return;
  warnedOf.add(what);
  process.emitWarning(
    `The ${what} is unknown to this version of the package; it is passed to Stripe as it is.`,
    {
      code: 'ESCS_UNKNOWN_COMPONENT',
    },
  );
}

function isCatalogued(name: string): name is keyof Components {
  return Object.hasOwn(CATALOGUE, name);
}

function plainObject(path: string, value: unknown, fix: string): Record<string, unknown> {
  if (isObject(value)) return value;
  throw configError(path, value, fix);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
