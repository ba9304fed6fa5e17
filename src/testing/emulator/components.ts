import { invalidParam } from './errors.js';
import { oneOf, type ParamFields, type ParamValue } from './params.js';

const onOff = oneOf('disabled', 'enabled');
const redisplay = oneOf('always', 'limited', 'unspecified');
const filters = { kind: 'list', items: redisplay } as const;
const enabled = { kind: 'boolean' } as const;

const plain = { kind: 'object', required: ['enabled'], fields: { enabled } } as const;

function withFeatures<const Fields extends ParamFields>(fields: Fields) {
  const features = { kind: 'object', fields } as const;
  return { kind: 'object', required: ['enabled'], fields: { enabled, features } } as const;
}

/** The `components` parameter, as in PostCustomerSessions of Stripe's OpenAPI description. */
export const componentsParam = {
  kind: 'object',
  fields: {
    active_entitlements: plain,
    buy_button: plain,
    customer_portal: plain,
    customer_sheet: withFeatures({
      payment_method_allow_redisplay_filters: filters,
      payment_method_remove: onOff,
    }),
    mobile_payment_element: withFeatures({
      payment_method_allow_redisplay_filters: filters,
      payment_method_redisplay: onOff,
      payment_method_remove: onOff,
      payment_method_save: onOff,
      payment_method_save_allow_redisplay_override: redisplay,
    }),
    payment_element: withFeatures({
      payment_method_allow_redisplay_filters: filters,
      payment_method_redisplay: onOff,
      payment_method_redisplay_limit: { kind: 'integer', min: 1, max: 10 },
      payment_method_remove: onOff,
      payment_method_save: onOff,
      payment_method_save_usage: oneOf('off_session', 'on_session'),
    }),
    pricing_table: plain,
  },
} as const;

type Params = ParamValue<typeof componentsParam>;

/** What a feature says when it was left out, from the descriptions of the same document. */
const DEFAULTS: Readonly<Record<'customer_sheet' | 'mobile_payment_element' | 'payment_element', Features>> =
  {
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
  };

/** A component's features as answered: everything said, nothing missing. */
export type Features = {
  readonly payment_method_allow_redisplay_filters: readonly string[];
  readonly payment_method_redisplay?: string;
  readonly payment_method_redisplay_limit?: number;
  readonly payment_method_remove: string;
  readonly payment_method_save?: string;
  readonly payment_method_save_allow_redisplay_override?: string | null;
  readonly payment_method_save_usage?: string | null;
};

export type Component = { readonly enabled: boolean; readonly features?: Features | null };

/** All seven components by name, each with a boolean, as Stripe answers them. */
export type Components = { readonly [Name in keyof Params]-?: Component };

/** Checks what no single parameter shows, and fills in what was left out. */
export function answerComponents(params: Params): Components {
  const components: Components = {
    active_entitlements: { enabled: params.active_entitlements?.enabled ?? false },
    buy_button: { enabled: params.buy_button?.enabled ?? false },
    customer_portal: { enabled: params.customer_portal?.enabled ?? false },
    customer_sheet: answerFeatures('customer_sheet', params),
    mobile_payment_element: answerFeatures('mobile_payment_element', params),
    payment_element: answerFeatures('payment_element', params),
    pricing_table: { enabled: params.pricing_table?.enabled ?? false },
  };
  if (!Object.values(components).some((component) => component.enabled)) {
    throw invalidParam('components', 'At least one component must be enabled.');
  }
  return components;
}

function answerFeatures(name: keyof typeof DEFAULTS, params: Params): Component {
  const given: Partial<Features> = params[name]?.features ?? {};
  // The override's description ends "when payment_method_save is set to disabled". No source says that Stripe
  // refuses payment_method_save_usage without save, so the emulator does not.
  if (given.payment_method_save === 'enabled' && given.payment_method_save_allow_redisplay_override) {
    throw invalidParam(
      `components[${name}][features][payment_method_save_allow_redisplay_override]`,
      'payment_method_save_allow_redisplay_override can only be set when payment_method_save is disabled.',
    );
  }
  if (!params[name]?.enabled) return { enabled: false, features: null };
  return { enabled: true, features: { ...DEFAULTS[name], ...given } };
}
