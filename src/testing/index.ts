export { type BrowserHeaders, browserHeaders } from './browser-headers.js';
export type {
  AllowRedisplay,
  StripeEmulator,
  StripeEmulatorAccountInput,
  StripeEmulatorClaim,
  StripeEmulatorCustomer,
  StripeEmulatorCustomerInput,
  StripeEmulatorFault,
  StripeEmulatorFaultChooser,
  StripeEmulatorOptions,
  StripeEmulatorPage,
  StripeEmulatorPaymentMethod,
  StripeEmulatorPaymentMethodInput,
  StripeEmulatorRequest,
  StripeEmulatorSession,
} from './emulator/types.js';
export { startStripeEmulator } from './emulator.js';
export {
  customerStoreContract,
  type StoreContractOptions,
  type StoreNeeds,
  type SuiteRunner,
} from './store-contract.js';
