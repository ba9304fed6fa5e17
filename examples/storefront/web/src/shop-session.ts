import {
  type CustomerSessionErrorCode,
  type CustomerSessionSource,
  createCustomerSessionSource,
} from 'express-stripe-customer-session/client';
import { useCallback, useState } from 'react';
import type { User } from '../../shapes.js';

const URL = '/customer-session';

export interface ShopSession {
  /** `null` for a guest, for whom nobody is asked. */
  source: CustomerSessionSource | null;
  /** The checkout begins anew; resolves with why there is no session, or `undefined` with one or for a guest. */
  restart: () => Promise<CustomerSessionErrorCode | undefined>;
}

/** One source for one user: the page keys the component by the visit. */
export function useShopSession(user: User | null): ShopSession {
  const id = user?.id;
  const [source, setSource] = useState(() => sourceOf(id));
  const restart = useCallback(async () => {
    const next = sourceOf(id);
    setSource(next);
    return next ? settled(next) : undefined;
  }, [id]);
  return { source, restart };
}

function sourceOf(user: string | undefined): CustomerSessionSource | null {
  return user === undefined ? null : createCustomerSessionSource(URL, { user });
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
