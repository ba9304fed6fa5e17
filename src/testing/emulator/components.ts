import { invalidParam } from './errors.js';
import { oneOf, type ParamFields, type ParamSpec, type ParamValues } from './params.js';

type ComponentAnswer = { enabled: boolean; features?: ParamValues | null };

const onOff = oneOf('disabled', 'enabled');
const redisplay = oneOf('always', 'limited', 'unspecified');
const filters: ParamSpec = { kind: 'list', items: redisplay };

/** The features of each component, as in PostCustomerSessions of Stripe's OpenAPI description. */
const FEATURES = {
  customer_sheet: {
    payment_method_allow_redisplay_filters: filters,
    payment_method_remove: onOff,
  },
  mobile_payment_element: {
    payment_method_allow_redisplay_filters: filters,
    payment_method_redisplay: onOff,
    payment_method_remove: onOff,
    payment_method_save: onOff,
    payment_method_save_allow_redisplay_override: redisplay,
  },
  payment_element: {
    payment_method_allow_redisplay_filters: filters,
    payment_method_redisplay: onOff,
    payment_method_redisplay_limit: { kind: 'integer', min: 1, max: 10 },
    payment_method_remove: onOff,
    payment_method_save: onOff,
    payment_method_save_usage: oneOf('off_session', 'on_session'),
  },
} satisfies Record<string, ParamFields>;

/** What a feature says when it was left out, from the descriptions of the same document. */
const DEFAULTS = {
  customer_sheet: {
    payment_method_allow_redisplay_filters: ['always'],
    payment_method_remove: 'disabled',
  },
  mobile_payment_element: {
    payment_method_allow_redisplay_filters: ['always'],
    payment_method_redisplay: 'disabled',
    payment_method_remove: 'disabled',
    payment_method_save: 'disabled',
    payment_method_save_allow_redisplay_override: null,
  },
  payment_element: {
    payment_method_allow_redisplay_filters: ['always'],
    payment_method_redisplay: 'disabled',
    payment_method_redisplay_limit: 3,
    payment_method_remove: 'disabled',
    payment_method_save: 'disabled',
    payment_method_save_usage: null,
  },
} as const;

const NAMES = [
  'active_entitlements',
  'buy_button',
  'customer_portal',
  'customer_sheet',
  'mobile_payment_element',
  'payment_element',
  'pricing_table',
] as const;

/** A session's components as Stripe answers them: all seven, each with a boolean. */
export type Components = Record<(typeof NAMES)[number], ComponentAnswer>;

/** The `components` parameter. */
export const componentsParam: ParamSpec = {
  kind: 'object',
  fields: Object.fromEntries(NAMES.map((name) => [name, componentParam(name)])),
};

function componentParam(name: (typeof NAMES)[number]): ParamSpec {
  const enabled: ParamSpec = { kind: 'boolean' };
  if (!hasFeatures(name)) return { kind: 'object', required: ['enabled'], fields: { enabled } };
  const features: ParamSpec = { kind: 'object', fields: FEATURES[name] };
  return { kind: 'object', required: ['enabled'], fields: { enabled, features } };
}

function hasFeatures(name: string): name is keyof typeof FEATURES {
  return Object.hasOwn(FEATURES, name);
}

/** Checks what no single parameter shows, and fills in what was left out. */
export function answerComponents(params: ParamValues): Components {
  const answer = {} as Components;
  for (const name of NAMES) answer[name] = answerComponent(name, params[name]);
  if (!NAMES.some((name) => answer[name].enabled)) {
    throw invalidParam('components', 'At least one component must be enabled.');
  }
  return answer;
}

function answerComponent(name: (typeof NAMES)[number], given: unknown): ComponentAnswer {
  const { enabled = false, features } = (given ?? {}) as { enabled?: boolean; features?: ParamValues };
  if (!hasFeatures(name)) return { enabled };
  if (!enabled) return { enabled, features: null };
  checkFeatures(name, features ?? {});
  return { enabled, features: { ...DEFAULTS[name], ...features } };
}

// The override's description ends "when payment_method_save is set to disabled". No source says that Stripe
// refuses payment_method_save_usage without save, so the emulator does not.
function checkFeatures(name: string, features: ParamValues): void {
  if (features.payment_method_save === 'enabled' && features.payment_method_save_allow_redisplay_override) {
    throw invalidParam(
      `components[${name}][features][payment_method_save_allow_redisplay_override]`,
      'payment_method_save_allow_redisplay_override can only be set when payment_method_save is disabled.',
    );
  }
}
