/**
 * `express-stripe-customer-session/testing`, for your tests: the emulator of Stripe's API, the headers of a browser, and the
 * suite that a customer store of your own must pass. Runs on Node.js.
 * @module testing
 */
export { type BrowserHeaders, browserHeaders } from './browser-headers.js';
export type {
  StripeEmulatorFault,
  StripeEmulatorFaultChooser,
  StripeEmulatorRequest,
} from './emulator/fault-types.js';
export type {
  AllowRedisplay,
  StripeEmulator,
  StripeEmulatorAccountInput,
  StripeEmulatorClaim,
  StripeEmulatorCustomer,
  StripeEmulatorCustomerInput,
  StripeEmulatorOptions,
  StripeEmulatorPage,
  StripeEmulatorPaymentMethod,
  StripeEmulatorPaymentMethodInput,
  StripeEmulatorSession,
} from './emulator/types.js';
export { startStripeEmulator } from './emulator.js';
export {
  customerStoreContract,
  type StoreContractOptions,
  type StoreNeeds,
  type SuiteRunner,
} from './store-contract.js';
