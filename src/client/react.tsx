import { Elements } from '@stripe/react-stripe-js';
import type { Stripe, StripeElementsOptions } from '@stripe/stripe-js';
import { type ReactElement, type ReactNode, useSyncExternalStore } from 'react';
import { toElementsOptions } from './elements.js';
import type { CustomerSession } from './fetch.js';
import type { CustomerSessionSource, CustomerSessionState } from './source.js';

export interface UseCustomerSessionOptions {
  /** `true`: suspends (React `<Suspense>`) instead of giving the status `loading`. Default `false`. */
  suspense?: boolean | undefined;
}

export interface UseCustomerSessionResult extends CustomerSessionState {
  /** Asks for another session now, for example from a "try again" button. Never rejects. */
  refresh: () => Promise<CustomerSession | null>;
}

/**
 * The source's session, for as long as the component is mounted: asked for once, however many components use the
 * source and whatever StrictMode does, renewed before it ends, forgotten when the last component has gone.
 *
 * @param source made once per signed-in user, outside of the component or in `useMemo`; `null` for a guest: `idle`.
 */
export function useCustomerSession(
  source: CustomerSessionSource | null,
  options: UseCustomerSessionOptions = {},
): UseCustomerSessionResult {
  const state = useSourceState(source);
  // Before the first client render there is nobody to ask as: the server renders `loading`.
  if (options.suspense && source && state.status === 'loading' && state !== SERVER_STATE)
    throw whenSettled(source);
  const { status, session, error } = state;
  return { status, session, error, refresh: source ? source.refresh : refuse };
}

export interface CustomerSessionElementsProps {
  /** As for `useCustomerSession`; `null` for a guest, who gets the elements at once. */
  source: CustomerSessionSource | null;
  /** As for react-stripe-js's `Elements`. */
  stripe: PromiseLike<Stripe | null> | Stripe | null;
  /** As for react-stripe-js's `Elements`; `customerSessionClientSecret` is added. */
  options?: StripeElementsOptions | undefined;
  /** Shown until there is an answer, at most the source's `timeoutMs`. Default: nothing. */
  fallback?: ReactNode;
  children?: ReactNode;
}

/**
 * react-stripe-js's `Elements` with the signed-in customer's saved payment methods, or without them where no session
 * could be had: the children are rendered either way. A renewed session is handed to `elements.update()`, so that
 * nothing is mounted again while the buyer types; only sign-out (`invalidate()`, or a renewal that the server
 * answers with 401) and another source begin anew, because then the former user's cards must go.
 */
export function CustomerSessionElements(props: CustomerSessionElementsProps): ReactElement {
  const { source, stripe, options, fallback, children } = props;
  const { status, session } = useSourceState(source);
  if (status === 'loading') return <>{fallback}</>;
  const key = status === 'idle' ? 'guest' : keyOf(source);
  return (
    <Elements key={key} stripe={stripe} options={{ ...options, ...toElementsOptions(session) }}>
      {children}
    </Elements>
  );
}

const SERVER_STATE: CustomerSessionState = { status: 'loading', session: null, error: null };
const GUEST_STATE: CustomerSessionState = { status: 'idle', session: null, error: null };
// How long a session waits for a component that suspended to come back, in milliseconds.
const LEASE_MS = 5_000;

const keys = new WeakMap<CustomerSessionSource, number>();
let lastKey = 0;

// Another user's source is another key, so that nothing of the former user's stays mounted.
function keyOf(source: CustomerSessionSource | null): number {
  if (!source) return 0;
  const key = keys.get(source) ?? ++lastKey;
  keys.set(source, key);
  return key;
}

function useSourceState(source: CustomerSessionSource | null): CustomerSessionState {
  return useSyncExternalStore(
    source ? source.subscribe : subscribeToNothing,
    source ? source.getSnapshot : getGuestState,
    source ? getServerState : getGuestState,
  );
}

const getServerState = () => SERVER_STATE;
const getGuestState = () => GUEST_STATE;
const subscribeToNothing = () => () => {};
const refuse = () => Promise.resolve(null);

const waiting = new WeakMap<CustomerSessionSource, Promise<void>>();

// A suspended component has no state and no effects: what it waits for lives here, once per source.
function whenSettled(source: CustomerSessionSource): Promise<void> {
  const known = waiting.get(source);
  if (known) return known;
  const leave = source.subscribe(() => {});
  const settled = source.get().then(() => {
    waiting.delete(source);
    setTimeout(leave, LEASE_MS);
  });
  waiting.set(source, settled);
  return settled;
}
