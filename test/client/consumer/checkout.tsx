// Compiled and bundled inside a project that has installed the package: the front end as its author meets it.
import {
  type CustomerSessionAnswer,
  CustomerSessionError,
  type CustomerSessionSource,
  type CustomerSessionState,
  createCustomerSessionSource,
  customerSheetClientSecretProvider,
  fetchCustomerSession,
  toElementsOptions,
} from 'express-stripe-customer-session/client';
import { mountEmbed } from 'express-stripe-customer-session/embeds';
import { CustomerSessionElements, useCustomerSession } from 'express-stripe-customer-session/react';

// What `toAnswer()` of the server's session gives.
declare const initial: CustomerSessionAnswer | null;

const source = createCustomerSessionSource('/customer-session', {
  credentials: 'same-origin',
  initial,
  user: 'ada',
});
source.preload();

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
  const { status, session, error, refreshing, refresh } = useCustomerSession(source);
  return (
    <CustomerSessionElements source={source} stripe={null} waitMs={500} fallback={<p>…</p>}>
      <button type="button" onClick={() => void refresh()}>
        {status} {session?.expiresAt.toLocaleTimeString()} {refreshing ? 'again' : error?.code}
      </button>
    </CustomerSessionElements>
  );
}

export const provider = customerSheetClientSecretProvider(source, async () => 'seti_1_secret_1');
export const unmount = () => mountEmbed(document.createElement('template'), source);

/** A source of one's own: any object with these. */
class OwnSource implements Pick<CustomerSessionSource, 'subscribe' | 'getSnapshot' | 'refresh'> {
  #state: CustomerSessionState = {
    status: 'unavailable',
    session: null,
    error: null,
    refreshing: false,
    signOuts: 0,
  };

  getSnapshot(): CustomerSessionState {
    return this.#state;
  }

  subscribe(_listener: () => void): () => void {
    return () => {};
  }

  async refresh(): Promise<null> {
    return null;
  }
}

export const own = <CustomerSessionElements source={new OwnSource()} stripe={null} />;

// What must not compile.

// @ts-expect-error the address is missing
createCustomerSessionSource();
// @ts-expect-error no such option
createCustomerSessionSource('/customer-session', { retries: 3 });
// @ts-expect-error no such code
export const code: CustomerSessionError['code'] = 'no_such_code';
// @ts-expect-error seconds on the wire, a date in the session
createCustomerSessionSource('/customer-session', { initial: { client_secret: '', expires_at: new Date() } });
// @ts-expect-error the component needs a source
export const withoutSource = <CustomerSessionElements stripe={null} />;
