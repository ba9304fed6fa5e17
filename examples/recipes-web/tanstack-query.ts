import { type CustomerSession, fetchCustomerSession } from 'express-stripe-customer-session/client';

const KEY = 'customer-session';

/** For `useQuery(customerSessionQuery(user.id))`. */
export function customerSessionQuery(userId: string) {
  return {
    // With the user in it, one user's session is never another's.
    queryKey: [KEY, userId] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) => fetchCustomerSession('/customer-session', { signal }),
    // Forgotten with the last component, so that the next render gets one of its own.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    retry: false,
    refetchInterval: (query: { state: { data?: CustomerSession | undefined } }) => renewIn(query.state.data),
  };
}

/** For `persistQueryClient({ dehydrateOptions: { shouldDehydrateQuery } })`: never to storage. */
export function shouldDehydrateQuery(query: { queryKey: readonly unknown[] }): boolean {
  return query.queryKey[0] !== KEY;
}

/** On sign-out. */
export function forgetCustomerSession(queryClient: {
  removeQueries(filters: { queryKey: readonly unknown[] }): void;
}): void {
  queryClient.removeQueries({ queryKey: [KEY] });
}

function renewIn(session: CustomerSession | undefined): number | false {
  return session ? Math.max(session.expiresAt.getTime() - Date.now() - 60_000, 15_000) : false;
}
