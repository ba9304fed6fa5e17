/**
 * `express-stripe-customer-session`, the server's side: the router, the issuer and the guard, presets for `components`,
 * clients of Stripe, and the directory of customers. Runs on Node.js.
 * @module index
 */
export type {
  AllowRedisplay,
  Component,
  Components,
  ComponentWithFeatures,
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
  type RedisplayOptions,
  type SaveChoice,
  type SavedPaymentMethodsOptions,
  savedPaymentMethods,
} from './components/presets.js';
export type { CustomerSession, CustomerSessionAnswer } from './core/customer-session.js';
export type { CustomerSessionEvent, CustomerSessionOutcome } from './core/events.js';
export {
  CustomerSessionProblem,
  type ProblemCode,
  type ProblemDetails,
  type StripeTrace,
} from './core/problem.js';
export type {
  AnswerFormat,
  Awaitable,
  ConnectScope,
  CustomerRef,
  CustomerSessionIssuer,
  RateLimitState,
  RequestUser,
  ResolveCustomer,
  StripeClient,
} from './core/types.js';
export { type StripeCspDirectives, type StripeCspOptions, stripeCspDirectives } from './csp.js';
export type { CustomersClient } from './customers/create-customer.js';
export { type CustomerDirectory, customerDirectory } from './customers/directory.js';
export type { CustomerDirectoryOptions, CustomerProfile } from './customers/directory-options.js';
export { type CustomerRow, type CustomerStore, memoryStore } from './customers/store.js';
export { customerSessionGuard } from './guard.js';
export { customerSessionIssuer } from './issuer.js';
export type {
  CustomerSessionDoorOptions,
  CustomerSessionGuardOptions,
  CustomerSessionIssuerOption,
  CustomerSessionIssuerOptions,
  CustomerSessionRouterOptions,
  CustomerSessionSourceOptions,
  RateLimitOptions,
} from './options/router-options.js';
export { guardedStore } from './rate-limit/guarded-store.js';
export type { GuardedStoreEvent, GuardedStoreOptions } from './rate-limit/guarded-store-options.js';
export { customerSessionRouter } from './router.js';
export {
  createStripe,
  type OwnStripe,
  type StripeConnections,
  stripeHttpClient,
} from './stripe/client.js';
export type { StripeConfig } from './stripe/client-config.js';
export type { CertificateAuthorities } from './stripe/transport/agent.js';
export type { StripeHttpClient } from './stripe/transport/http-client.js';
export type { TransportConfig } from './stripe/transport/settings.js';
