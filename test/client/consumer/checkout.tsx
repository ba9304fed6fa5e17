// Compiled and bundled inside a project that has installed the package: the front end as its author meets it.
import {
  CustomerSessionError,
  createCustomerSessionSource,
  customerSheetClientSecretProvider,
  fetchCustomerSession,
  toElementsOptions,
} from 'express-stripe-customer-session/client';
import { mountEmbed } from 'express-stripe-customer-session/embeds';
import { CustomerSessionElements, useCustomerSession } from 'express-stripe-customer-session/react';

const source = createCustomerSessionSource('/customer-session', { credentials: 'same-origin' });

export async function options(): Promise<{ customerSessionClientSecret?: string }> {
  try {
    return toElementsOptions(
      await fetchCustomerSession(new URL('/customer-session', 'https://shop.example')),
    );
  } catch (error) {
    if (error instanceof CustomerSessionError && error.code === 'unauthenticated') return {};
    throw error;
  }
}

export function Checkout() {
  const { status, session, refresh } = useCustomerSession(source);
  return (
    <CustomerSessionElements source={source} stripe={null} fallback={<p>…</p>}>
      <button type="button" onClick={() => void refresh()}>
        {status} {session?.expiresAt}
      </button>
    </CustomerSessionElements>
  );
}

export const provider = customerSheetClientSecretProvider(source, async () => 'seti_1_secret_1');
export const unmount = () => mountEmbed(document.createElement('template'), source);

// What must not compile.

// @ts-expect-error the address is missing
createCustomerSessionSource();
// @ts-expect-error no such option
createCustomerSessionSource('/customer-session', { retries: 3 });
// @ts-expect-error no such code
export const code: CustomerSessionError['code'] = 'no_such_code';
// @ts-expect-error the component needs a source
export const withoutSource = <CustomerSessionElements stripe={null} />;
