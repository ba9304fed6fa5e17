export type {
  AllowRedisplay,
  Components,
  CustomerSheetFeatures,
  MobilePaymentElementFeatures,
  PaymentElementFeatures,
  Switch,
} from './components.js';
export { type CustomerDirectory, customerDirectory } from './customers/directory.js';
export type { CustomerDirectoryOptions, CustomerProfile } from './customers/directory-options.js';
export { type CustomerStore, memoryStore } from './customers/store.js';
export type { CustomerSessionEvent, CustomerSessionOutcome } from './events.js';
export { stripeCspDirectives } from './http/csp.js';
export { guardedStore } from './http/guarded-store.js';
export type { GuardedStoreEvent, GuardedStoreOptions } from './http/guarded-store-options.js';
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
export { createStripe, type OwnStripe, type StripeConnections } from './stripe/client.js';
export type { StripeConfig } from './stripe/client-config.js';
