import {
  type CustomerSessionErrorCode,
  type CustomerSessionSource,
  createCustomerSessionSource,
} from 'express-stripe-customer-session/client';
import { useCallback, useState } from 'react';

const URL = '/customer-session';

export interface ShopSession {
  /** `null` for a guest, for whom nobody is asked. */
  source: CustomerSessionSource | null;
  /** The checkout begins anew; resolves with why there is no session, or `undefined` with one or for a guest. */
  restart: () => Promise<CustomerSessionErrorCode | undefined>;
}

/** One source for one user: the page keys the component by the user. */
export function useShopSession(signedIn: boolean): ShopSession {
  const [source, setSource] = useState(() => (signedIn ? createCustomerSessionSource(URL) : null));
  const restart = useCallback(async () => {
    if (!signedIn) return undefined;
    const next = createCustomerSessionSource(URL);
    setSource(next);
    return settled(next);
  }, [signedIn]);
  return { source, restart };
}

function settled(source: CustomerSessionSource): Promise<CustomerSessionErrorCode | undefined> {
  return new Promise((resolve) => {
    const leave = source.subscribe(() => {
      const { status, error } = source.getSnapshot();
      if (status === 'loading') return;
      leave();
      resolve(error?.code);
    });
  });
}
