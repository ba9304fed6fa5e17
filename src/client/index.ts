/**
 * The browser's and React Native's side: fetch a Customer Session, keep it fresh, hand it to Stripe's components.
 * Nothing here is ever written to storage, to a URL or to the console.
 */
export { toElementsOptions } from './elements.js';
export { CustomerSessionError, type CustomerSessionErrorCode } from './errors.js';
export { type CustomerSession, type FetchCustomerSessionOptions, fetchCustomerSession } from './fetch.js';
export {
  type CustomerSheetClientSecretProvider,
  customerSheetClientSecretProvider,
  toPaymentSheetParams,
} from './react-native.js';
export {
  type CustomerSessionSource,
  type CustomerSessionSourceOptions,
  type CustomerSessionState,
  createCustomerSessionSource,
} from './source.js';
