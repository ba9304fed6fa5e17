import { configError, refuseUnknownKeys } from '../core/config-error.js';
import type { AllowRedisplay, Components } from './components.js';

/** Which saved payment methods are shown again, by the consent that they were saved with. */
export type Redisplay = 'always' | 'limited' | 'all';

export interface SavedPaymentMethodsOptions {
  /**
   * `'always'` shows those whose owner agreed to see them at every checkout; `'limited'` also those kept for one
   * purpose; `'all'` also those saved without an answer, e.g. before `allow_redisplay` existed. Default `'always'`,
   * Stripe's own, since showing more needs a consent that only you can know of.
   * @see https://docs.stripe.com/payments/save-customer-payment-methods
   */
  redisplay?: Redisplay;
  /** How many are shown at most, 1 to 10. Default: Stripe's, 3. */
  limit?: number;
  /** Whether the buyer is offered a checkbox to save the payment method. Default `true`. */
  save?: boolean;
  /**
   * What saved methods are for. Left out by default: Stripe.js refuses to render when the intent names its
   * `setup_future_usage` as well.
   */
  saveUsage?: 'on_session' | 'off_session';
  /**
   * Whether the buyer may delete saved methods. Default `false`: deletion also detaches cards that subscriptions
   * are paid with.
   */
  remove?: boolean;
}

export interface CustomerSheetOptions {
  /** As for `savedPaymentMethods`. Default `'always'`. */
  redisplay?: Redisplay;
  /** As for `savedPaymentMethods`. Default `false`. */
  remove?: boolean;
}

export interface MobilePaymentElementOptions {
  /** As for `savedPaymentMethods`. Default `'always'`. */
  redisplay?: Redisplay;
  /** As for `savedPaymentMethods`. Default `true`. */
  save?: boolean;
  /** With `save: false`: the `allow_redisplay` that methods saved by other means get. Default: Stripe's. */
  saveAllowRedisplayOverride?: AllowRedisplay;
  /** As for `savedPaymentMethods`. Default `false`. */
  remove?: boolean;
}

const FILTERS: Record<Redisplay, readonly AllowRedisplay[]> = {
  always: ['always'],
  limited: ['always', 'limited'],
  all: ['always', 'limited', 'unspecified'],
};

/** The Payment Element shows the customer's saved payment methods and offers to save new ones. */
export function savedPaymentMethods(
  options: SavedPaymentMethodsOptions = {},
): Required<Pick<Components, 'payment_element'>> {
  refuseUnknownKeys('savedPaymentMethods()', options, ['redisplay', 'limit', 'save', 'saveUsage', 'remove']);
  const { limit, saveUsage } = options;
  const save = onOff('save', options.save, true);
  if (saveUsage !== undefined && save === 'disabled') {
    throw configError('saveUsage', saveUsage, 'Leave it out with save: false, which saves nothing.');
  }
  return {
    payment_element: {
      enabled: true,
      features: {
        payment_method_redisplay: 'enabled',
        payment_method_allow_redisplay_filters: filtersOf(options.redisplay),
        ...(limit === undefined ? {} : { payment_method_redisplay_limit: limit }),
        payment_method_save: save,
        ...(saveUsage === undefined ? {} : { payment_method_save_usage: saveUsage }),
        payment_method_remove: onOff('remove', options.remove, false),
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

/** The Customer Portal knows the customer. */
export function customerPortal(): Required<Pick<Components, 'customer_portal'>> {
  return { customer_portal: { enabled: true } };
}

/** The front end may read the customer's active entitlements. */
export function activeEntitlements(): Required<Pick<Components, 'active_entitlements'>> {
  return { active_entitlements: { enabled: true } };
}

function filtersOf(redisplay: unknown = 'always'): readonly AllowRedisplay[] {
  if (redisplay === 'always' || redisplay === 'limited' || redisplay === 'all') return FILTERS[redisplay];
  throw configError('redisplay', redisplay, 'Use "always", "limited" or "all".');
}

function onOff(option: string, value: unknown, fallback: boolean): 'enabled' | 'disabled' {
  if (value !== undefined && typeof value !== 'boolean')
    throw configError(option, value, 'Use true or false.');
  return (value ?? fallback) ? 'enabled' : 'disabled';
}
