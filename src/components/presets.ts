import { choiceError, refuseUnknownKeys } from '../core/config-error.js';
import type { AllowRedisplay, Components } from './components.js';

/** Which saved payment methods are shown again, by the consent that they were saved with. */
export type Redisplay = 'always' | 'limited' | 'all';

/** What a saved payment method may be used for later, or `false` to save none. */
export type SaveChoice = 'on_session' | 'off_session' | 'intent' | false;

/** Which saved payment methods a preset shows, and whether they can be deleted. */
export interface RedisplayOptions {
  /**
   * `'always'` shows those whose owner agreed to see them at every checkout; `'limited'` also those kept for one
   * purpose; `'all'` also those saved without an answer, e.g. before `allow_redisplay` existed. Showing more than
   * `'always'` needs a consent that only you can know of. @defaultValue "always"
   * @see https://docs.stripe.com/payments/save-customer-payment-methods
   */
  redisplay?: Redisplay;
  /**
   * Whether the buyer may delete saved methods. Deletion also detaches cards that subscriptions are paid with.
   * @defaultValue false
   */
  remove?: boolean;
}

/** Options of `savedPaymentMethods`. */
export interface SavedPaymentMethodsOptions extends RedisplayOptions {
  /**
   * Whether the buyer is offered a checkbox to save the payment method, and what for. Required. `'on_session'`: to pay with
   * it while they are there. `'off_session'`: also to be charged while they are away. `'intent'`: what the intent's own
   * `setup_future_usage` says (Stripe.js of 2026-03-25.dahlia or later). `false`: no checkbox. A usage here **and** on the
   * intent makes Stripe.js refuse to render (IntegrationError).
   */
  save: SaveChoice;
  /** How many are shown at most, 1 to 10. @defaultValue Stripe's, 3 */
  limit?: number;
}

/** Options of `customerSheet`. All have defaults. */
export type CustomerSheetOptions = RedisplayOptions;

/** Options of `mobilePaymentElement`. All have defaults. */
export interface MobilePaymentElementOptions extends RedisplayOptions {
  /** Whether the buyer is offered a checkbox to save the payment method. @defaultValue true */
  save?: boolean;
  /** With `save: false`: the `allow_redisplay` that methods saved by other means get. @defaultValue Stripe's */
  saveAllowRedisplayOverride?: AllowRedisplay;
}

const FILTERS: Record<Redisplay, readonly AllowRedisplay[]> = {
  always: ['always'],
  limited: ['always', 'limited'],
  all: ['always', 'limited', 'unspecified'],
};

/** The Payment Element shows the customer's saved payment methods and offers to save new ones. */
export function savedPaymentMethods(
  options: SavedPaymentMethodsOptions,
): Required<Pick<Components, 'payment_element'>> {
  refuseUnknownKeys('savedPaymentMethods()', { ...options }, ['redisplay', 'limit', 'save', 'remove']);
  const { redisplay, limit, save, remove } = { ...options };
  requireSave(save);
  return {
    payment_element: {
      enabled: true,
      features: {
        payment_method_redisplay: 'enabled',
        payment_method_allow_redisplay_filters: filtersOf(redisplay),
        ...(limit === undefined ? {} : { payment_method_redisplay_limit: limit }),
        payment_method_save: save === false ? 'disabled' : 'enabled',
        ...(save === 'on_session' || save === 'off_session' ? { payment_method_save_usage: save } : {}),
        payment_method_remove: onOff('remove', remove, false),
      },
    },
  };
}

/** The Pricing Table knows the customer. */
export function pricingTable(): Required<Pick<Components, 'pricing_table'>> {
  return { pricing_table: { enabled: true } };
}

/** The Buy Button knows the customer. */
export function buyButton(): Required<Pick<Components, 'buy_button'>> {
  return { buy_button: { enabled: true } };
}

/** The mobile Customer Sheet manages the customer's saved payment methods. Use it with `format: 'mobile'`. */
export function customerSheet(
  options: CustomerSheetOptions = {},
): Required<Pick<Components, 'customer_sheet'>> {
  refuseUnknownKeys('customerSheet()', options, ['redisplay', 'remove']);
  return {
    customer_sheet: {
      enabled: true,
      features: {
        payment_method_allow_redisplay_filters: filtersOf(options.redisplay),
        payment_method_remove: onOff('remove', options.remove, false),
      },
    },
  };
}

/** The mobile Payment Element shows and saves payment methods. Use it with `format: 'mobile'`. */
export function mobilePaymentElement(
  options: MobilePaymentElementOptions = {},
): Required<Pick<Components, 'mobile_payment_element'>> {
  const known = ['redisplay', 'save', 'saveAllowRedisplayOverride', 'remove'];
  refuseUnknownKeys('mobilePaymentElement()', options, known);
  const override = options.saveAllowRedisplayOverride;
  return {
    mobile_payment_element: {
      enabled: true,
      features: {
        payment_method_redisplay: 'enabled',
        payment_method_allow_redisplay_filters: filtersOf(options.redisplay),
        payment_method_save: onOff('save', options.save, true),
        ...(override === undefined ? {} : { payment_method_save_allow_redisplay_override: override }),
        payment_method_remove: onOff('remove', options.remove, false),
      },
    },
  };
}

/** The iOS BillingSDK may open the Customer Portal. Use it with `format: 'billing-sdk'`. */
export function customerPortal(): Required<Pick<Components, 'customer_portal'>> {
  return { customer_portal: { enabled: true } };
}

/** The iOS BillingSDK may read the customer's active entitlements. Use it with `format: 'billing-sdk'`. */
export function activeEntitlements(): Required<Pick<Components, 'active_entitlements'>> {
  return { active_entitlements: { enabled: true } };
}

const PRESETS = new Set<unknown>([
  savedPaymentMethods,
  pricingTable,
  buyButton,
  customerSheet,
  mobilePaymentElement,
  customerPortal,
  activeEntitlements,
]);

/** Whether it is one of the functions above, which somebody forgot to call. */
export function isPreset(value: unknown): boolean {
  return PRESETS.has(value);
}

function requireSave(save: unknown): asserts save is SaveChoice {
  if (save === 'on_session' || save === 'off_session' || save === 'intent' || save === false) return;
  throw choiceError(
    'save',
    save,
    `Choose one:
  'on_session'   a checkbox to save the card, to pay with it while the buyer is there
  'off_session'  a checkbox to save the card, also to charge it while the buyer is away
  'intent'       a checkbox to save the card, for intents that set setup_future_usage themselves
  false          no checkbox: saved cards are shown, none is saved`,
  );
}

function filtersOf(redisplay: unknown = 'always'): AllowRedisplay[] {
  if (redisplay === 'always' || redisplay === 'limited' || redisplay === 'all')
    return [...FILTERS[redisplay]];
  throw choiceError('redisplay', redisplay, 'Use "always", "limited" or "all".');
}

function onOff(option: string, value: unknown, fallback: boolean): 'enabled' | 'disabled' {
  if (value !== undefined && typeof value !== 'boolean') {
    throw choiceError(option, value, 'Use true or false.');
  }
  return (value ?? fallback) ? 'enabled' : 'disabled';
}
