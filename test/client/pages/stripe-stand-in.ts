/**
 * Stands in for https://js.stripe.com: records what it is asked for, and refuses what the types of
 * `@stripe/stripe-js` do not have. Its elements are plain inputs, so that a test can type into them.
 */
import type { ReleaseTrain, StripeElementsOptions, StripeElementsUpdateOptions } from '@stripe/stripe-js';

type KeysOf<Union> = Union extends unknown ? keyof Union : never;

// Complete by the compiler: a name that Stripe adds or drops fails the type check here.
const CREATE_OPTIONS: Record<KeysOf<StripeElementsOptions>, true> = {
  adaptivePricing: true,
  allowedPaymentMethodTypes: true,
  amount: true,
  appearance: true,
  captureMethod: true,
  capture_method: true,
  clientSecret: true,
  currency: true,
  customPaymentMethods: true,
  customerOptions: true,
  customerSessionClientSecret: true,
  excludedPaymentMethodTypes: true,
  externalPaymentMethodTypes: true,
  fonts: true,
  loader: true,
  locale: true,
  mode: true,
  onBehalfOf: true,
  on_behalf_of: true,
  paymentMethodConfiguration: true,
  paymentMethodCreation: true,
  paymentMethodOptions: true,
  payment_method_configuration: true,
  payment_method_options: true,
  setupFutureUsage: true,
  setup_future_usage: true,
  syncAddressCheckbox: true,
};

const UPDATE_OPTIONS: Record<keyof StripeElementsUpdateOptions, true> = {
  allowedPaymentMethodTypes: true,
  amount: true,
  appearance: true,
  captureMethod: true,
  capture_method: true,
  currency: true,
  customPaymentMethods: true,
  customerSessionClientSecret: true,
  excludedPaymentMethodTypes: true,
  fonts: true,
  locale: true,
  mode: true,
  onBehalfOf: true,
  on_behalf_of: true,
  paymentMethodConfiguration: true,
  payment_method_configuration: true,
  setupFutureUsage: true,
  setup_future_usage: true,
};

interface Call {
  name: 'elements' | 'update';
  options: Record<string, unknown>;
}

declare global {
  interface Window {
    stripeCalls: Call[];
    /** What the next `update()` gives: before Dahlia nothing, now a promise, which may be refused. */
    stripeUpdates: () => unknown;
    /** Elements that are mounted and not yet destroyed, in the page or out of it. */
    stripeMounted: Set<HTMLElement>;
  }
}

window.stripeCalls = [];
window.stripeUpdates = () => Promise.resolve();
window.stripeMounted = new Set();

function record(name: Call['name'], options: Record<string, unknown>, known: Record<string, true>): void {
  for (const key of Object.keys(options)) {
    if (!known[key]) throw new Error(`IntegrationError: ${name}() does not know ${key}`);
  }
  window.stripeCalls.push({ name, options: { ...options } });
}

function createElement(type: string) {
  const input = document.createElement('input');
  input.setAttribute('aria-label', `stand-in for the ${type} element`);
  function remove(): void {
    input.remove();
    window.stripeMounted.delete(input);
  }
  return {
    on() {},
    off() {},
    update() {},
    unmount: remove,
    destroy: remove,
    mount(place: Element) {
      place.append(input);
      window.stripeMounted.add(input);
    },
  };
}

function createElements(options: Record<string, unknown> = {}) {
  record('elements', options, CREATE_OPTIONS);
  return {
    create: createElement,
    getElement: () => null,
    on() {},
    fetchUpdates: () => Promise.resolve({}),
    submit: () => Promise.resolve({}),
    update(changes: Record<string, unknown>) {
      record('update', changes, UPDATE_OPTIONS);
      return window.stripeUpdates();
    },
  };
}

function createStripe() {
  return {
    elements: createElements,
    createToken() {},
    createPaymentMethod() {},
    confirmCardPayment() {},
    registerAppInfo() {},
    _registerWrapper() {},
  };
}

const version: ReleaseTrain = 'endive';
Object.assign(window, { Stripe: Object.assign(createStripe, { version }) });
