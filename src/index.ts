export type {
  AllowRedisplay,
  Components,
  CustomerSheetFeatures,
  MobilePaymentElementFeatures,
  PaymentElementFeatures,
  Switch,
} from './components/components.js';
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
} from './components/presets.js';
export type { CustomerSessionEvent, CustomerSessionOutcome } from './core/events.js';
export type { AnswerFormat, ProblemCode } from './core/problem.js';
export { stripeCspDirectives } from './csp.js';
export { type CustomerDirectory, customerDirectory } from './customers/directory.js';
export type { CustomerDirectoryOptions, CustomerProfile } from './customers/directory-options.js';
export { type CustomerStore, memoryStore } from './customers/store.js';
export type {
  Awaitable,
  ConnectScope,
  CustomerRef,
  CustomerSessionRouterOptions,
  RateLimitOptions,
  RequestUser,
  ResolveCustomer,
  StripeClient,
} from './options/router-options.js';
export { guardedStore } from './rate-limit/guarded-store.js';
export type { GuardedStoreEvent, GuardedStoreOptions } from './rate-limit/guarded-store-options.js';
export { customerSessionRouter } from './router.js';
export { createStripe, type OwnStripe, type StripeConnections } from './stripe/client.js';
export type { StripeConfig } from './stripe/client-config.js';
