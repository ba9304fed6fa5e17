export type {
  AllowRedisplay,
  Components,
  CustomerSheetFeatures,
  MobilePaymentElementFeatures,
  PaymentElementFeatures,
  Switch,
} from './components.js';
export type { CustomerSessionEvent, CustomerSessionOutcome } from './events.js';
export type {
  Awaitable,
  ConnectScope,
  CustomerRef,
  CustomerSessionRouterOptions,
  RateLimitOptions,
  RequestUser,
  ResolveCustomer,
  StripeClient,
} from './options.js';
export {
  activeEntitlements,
  buyButton,
  type CustomerSheetOptions,
  customerPortal,
  customerSheet,
  type MobilePaymentElementOptions,
  mobilePaymentElement,
  pricingTable,
  type Redisplay,
  type SavedPaymentMethodsOptions,
  savedPaymentMethods,
} from './presets.js';
export type { AnswerFormat, ProblemCode } from './problem.js';
export { customerSessionRouter } from './router.js';
export { createStripe } from './stripe/client.js';
