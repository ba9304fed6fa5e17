import {
  createCustomerSessionSource,
  customerSheetClientSecretProvider,
  toPaymentSheetParams,
} from 'express-stripe-customer-session/client';

const API = 'https://api.shop.example';

/** `accessToken` gives the bearer token of the signed-in user; React Native sends no cookie of a web page. */
export function createMobileCheckout(accessToken: () => Promise<string>) {
  const headers = async () => ({ authorization: `Bearer ${await accessToken()}` });
  const source = createCustomerSessionSource(`${API}/customer-session`, { headers });

  async function setupIntentClientSecret(signal: AbortSignal): Promise<string> {
    const response = await fetch(`${API}/setup-intent`, { method: 'POST', headers: await headers(), signal });
    const { clientSecret }: { clientSecret: string } = await response.json();
    return clientSecret;
  }

  return {
    /** For `CustomerSheet.initialize({ clientSecretProvider, intentConfiguration: {} })`. */
    clientSecretProvider: customerSheetClientSecretProvider(source, setupIntentClientSecret),
    /** For `initPaymentSheet({ ...(await paymentSheetParams()), … })`. */
    paymentSheetParams: async () => toPaymentSheetParams(await source.get()),
  };
}
