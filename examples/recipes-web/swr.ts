import { type CustomerSession, fetchCustomerSession } from 'express-stripe-customer-session/client';

type Key = readonly ['customer-session', userId: string];

/** For `useSWR(key, fetcher, options)`; a `null` key asks for nobody. */
export function customerSessionSwr(userId: string | null) {
  // With the user in it, one user's session is never another's.
  const key: Key | null = userId === null ? null : ['customer-session', userId];
  return {
    key,
    fetcher: () => fetchCustomerSession('/customer-session'),
    options: {
      revalidateOnMount: true,
      revalidateOnFocus: false,
      revalidateOnReconnect: false,
      shouldRetryOnError: false,
      refreshInterval: (session?: CustomerSession) =>
        session ? Math.max(session.expiresAt.getTime() - Date.now() - 60_000, 15_000) : 0,
    },
  };
}

/** On sign-out and when the checkout unmounts: SWR keeps what nobody uses any more. */
export async function forgetCustomerSession(
  mutate: (
    matches: (key: unknown) => boolean,
    data: undefined,
    options: { revalidate: false },
  ) => Promise<unknown>,
): Promise<void> {
  await mutate((key) => Array.isArray(key) && key[0] === 'customer-session', undefined, {
    revalidate: false,
  });
}
