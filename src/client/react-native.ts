import type { CustomerSession } from './answer.js';
import type { CustomerSessionSource } from './source-types.js';
import { within } from './within.js';

const SHEET_WAITS_MS = 30_000;

/** What `CustomerSheet.initialize({ clientSecretProvider })` of `@stripe/stripe-react-native` takes. */
export interface CustomerSheetClientSecretProvider {
  /** Makes a session. Where there is none it gives values that Stripe refuses, so that the sheet ends with an error. */
  provideCustomerSessionClientSecret(): Promise<{
    /** The customer's id, `cus_…`. */
    customerId: string;
    /** The session's secret. */
    clientSecret: string;
  }>;
  /** The client secret of a SetupIntent of yours; where there is none, one that Stripe refuses. */
  provideSetupIntentClientSecret(): Promise<string>;
}

/**
 * A provider for React Native's Customer Sheet. The source's router has `format: 'mobile'` (and, for bearer tokens,
 * `allowNonBrowser: true`). Each call makes a session of its own, as Stripe's mobile SDKs expect. It always settles, at
 * the latest after 30 seconds, and never rejects: the sheet then ends with an error of its own.
 *
 * @param setupIntentClientSecret asks your server for the client secret of a SetupIntent.
 */
export function customerSheetClientSecretProvider(
  source: Pick<CustomerSessionSource, 'get'>,
  setupIntentClientSecret: (signal: AbortSignal) => Promise<string>,
): CustomerSheetClientSecretProvider {
  // What the sheet is given when there is nothing to give. It waits for ever when a provider rejects, and on
  // Android also when a field is empty (stripe-react-native, clientSecretProviderCustomerSessionClientSecretCallback);
  // a secret of another form is refused by the native SDK (stripe-android, CustomerSessionClientSecretValidator).
  // These have the right form and belong to nobody, so Stripe refuses them and the sheet ends with its own error.
  return {
    async provideCustomerSessionClientSecret() {
      const session = await inTime(() => source.get());
      return session?.customerId
        ? { customerId: session.customerId, clientSecret: session.clientSecret }
        : { customerId: 'cus_unavailable', clientSecret: 'cuss_secret_unavailable' };
    },
    async provideSetupIntentClientSecret() {
      const secret = await inTime(setupIntentClientSecret);
      return secret || 'seti_unavailable_secret_unavailable';
    },
  };
}

function inTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const controller = new AbortController();
  return within(SHEET_WAITS_MS, controller, async () => work(controller.signal)).catch(() => undefined);
}

/**
 * The session as parameters of `initPaymentSheet()`, which needs the router's `format: 'mobile'`; without a session,
 * or without its customer's id, `{}`: the sheet then takes a new card.
 */
export function toPaymentSheetParams(session: CustomerSession | null | undefined):
  | {
      /** The customer's id, `cus_…`. */
      customerId: string;
      /** The session's secret. */
      customerSessionClientSecret: string;
    }
  | Record<string, never> {
  return session?.customerId
    ? { customerId: session.customerId, customerSessionClientSecret: session.clientSecret }
    : {};
}
