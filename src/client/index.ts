/**
 * `express-stripe-customer-session/client`, the browser's and React Native's side: fetch a Customer Session, keep it fresh, hand it to Stripe's components.
 * Nothing here is ever written to storage, to a URL or to the console.
 * @module client
 */
export type { CustomerSession } from './answer.js';
export { toElementsOptions } from './elements.js';
export { CustomerSessionError, type CustomerSessionErrorCode } from './errors.js';
export { type FetchCustomerSessionOptions, fetchCustomerSession } from './fetch.js';
export {
  type CustomerSheetClientSecretProvider,
  customerSheetClientSecretProvider,
  toPaymentSheetParams,
} from './react-native.js';
export { createCustomerSessionSource } from './source.js';
export type {
  CustomerSessionAnswer,
  CustomerSessionSource,
  CustomerSessionSourceOptions,
  CustomerSessionState,
} from './source-types.js';
