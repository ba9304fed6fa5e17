/**
 * `express-stripe-customer-session/react`: the session as a hook, and react-stripe-js's `Elements` with it.
 * @module react
 */
'use client';

import { Elements, useElements } from '@stripe/react-stripe-js';
import type { Stripe, StripeElements, StripeElementsOptions } from '@stripe/stripe-js';
import {
  type ReactElement,
  type ReactNode,
  useCallback,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { CustomerSession } from './answer.js';
import { toElementsOptions } from './elements.js';
import type { CustomerSessionSource, CustomerSessionState } from './source-types.js';

/** What the hook and the elements ask of a source; one of your own may have no more. */
export type ReactCustomerSessionSource = Pick<CustomerSessionSource, 'subscribe' | 'getSnapshot' | 'refresh'>;

/** What `useCustomerSession` gives: the state of the source, and a way to ask again. */
export interface UseCustomerSessionResult extends CustomerSessionState {
  /** Asks for another session now, for example from a "try again" button. Never rejects. */
  readonly refresh: () => Promise<CustomerSession | null>;
}

/**
 * The source's session, for as long as the component is mounted: asked for once, however many components use the
 * source and whatever StrictMode does, renewed before it ends, forgotten when the last component has gone.
 *
 * @param source made once per signed-in user, outside of the component or in `useMemo`; `null` for a guest: `idle`.
 */
export function useCustomerSession(source: ReactCustomerSessionSource | null): UseCustomerSessionResult {
  const { status, session, error, refreshing, signOuts } = useSourceState(source);
  const refresh = useCallback(async () => (source ? source.refresh() : null), [source]);
  return { status, session, error, refreshing, signOuts, refresh };
}

/** Props of `CustomerSessionElements`. */
export interface CustomerSessionElementsProps {
  /** As for `useCustomerSession`; `null` for a guest, who gets the elements at once. */
  source: ReactCustomerSessionSource | null;
  /** As for react-stripe-js's `Elements`. */
  stripe: PromiseLike<Stripe | null> | Stripe | null;
  /** As for react-stripe-js's `Elements`; `customerSessionClientSecret` is added. */
  options?: StripeElementsOptions | undefined;
  /**
   * Milliseconds for which `fallback` is shown at most. Then the elements are there for a new card, and a session that
   * comes later is handed to them. Default 1500.
   */
  waitMs?: number | undefined;
  /** Shown until there is an answer, for `waitMs` at most. Default: nothing. */
  fallback?: ReactNode;
  /** Your form, with the Payment Element in it. */
  children?: ReactNode;
}

/**
 * react-stripe-js's `Elements` with the signed-in customer's saved payment methods, or without them where no session
 * could be had: the children are rendered either way. A later session is handed to `elements.update()`, so that
 * nothing is mounted again while the buyer types; only sign-out (`invalidate()`, or a renewal that the server
 * answers with 401) and another source begin anew, because then the former user's cards must go.
 */
export function CustomerSessionElements(props: CustomerSessionElementsProps): ReactElement {
  const { source, waitMs = 1_500, fallback, ...elements } = props;
  const { status, session, signOuts } = useSourceState(source);
  // A source of somebody else's may not count sign-outs.
  const user = `${keyOf(source)} ${signOuts ?? status === 'idle'}`;
  return (
    <WaitForAnswer key={user} isAnswered={status !== 'loading'} waitMs={waitMs} fallback={fallback}>
      <SessionElements session={session} {...elements} />
    </WaitForAnswer>
  );
}

interface WaitForAnswerProps {
  isAnswered: boolean;
  waitMs: number;
  fallback: ReactNode;
  children: ReactElement;
}

/** The children once there is an answer, or after `waitMs`, and from then on whatever happens. */
function WaitForAnswer({ isAnswered, waitMs, fallback, children }: WaitForAnswerProps): ReactNode {
  const [isOver, setIsOver] = useState(isAnswered);
  if (isAnswered && !isOver) setIsOver(true);
  useEffect(() => {
    const timer = setTimeout(() => setIsOver(true), Math.min(waitMs, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  }, [waitMs]);
  return isOver ? children : fallback;
}

interface SessionElementsProps extends Pick<CustomerSessionElementsProps, 'stripe' | 'options' | 'children'> {
  session: CustomerSession | null;
}

function SessionElements({ session, stripe, options, children }: SessionElementsProps): ReactElement {
  // The options keep the first session: react-stripe-js would hand on another one too, and drop the promise.
  const [first] = useState(session);
  return (
    <Elements stripe={stripe} options={{ ...options, ...toElementsOptions(first) }}>
      <HandOver session={session} />
      {children}
    </Elements>
  );
}

/** Hands every session after the first to the elements. */
function HandOver({ session }: { session: CustomerSession | null }): null {
  const elements = useElements();
  const handedOver = useRef(session);
  useEffect(() => {
    if (!elements || !session || session === handedOver.current) return;
    handedOver.current = session;
    // For the page's error handling; the form stays as it was.
    update(elements, session).catch((error: unknown) => reportError(error));
  }, [elements, session]);
  return null;
}

// `update()` gives a promise since Stripe.js of Dahlia, and nothing before.
async function update(elements: StripeElements, session: CustomerSession): Promise<void> {
  await elements.update(toElementsOptions(session));
}

// A longer timer fires at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const SERVER_STATE: CustomerSessionState = {
  status: 'loading',
  session: null,
  error: null,
  refreshing: false,
  signOuts: 0,
};
const GUEST_STATE: CustomerSessionState = { ...SERVER_STATE, status: 'idle' };

const keys = new WeakMap<object, number>();
let lastKey = 0;

// Another user's source is another key, so that nothing of the former user's stays mounted.
function keyOf(source: object | null): number {
  if (!source) return 0;
  const key = keys.get(source) ?? ++lastKey;
  keys.set(source, key);
  return key;
}

function useSourceState(source: ReactCustomerSessionSource | null): CustomerSessionState {
  // Called as methods: a source of somebody else's may be an object of a class.
  const subscribe = useCallback(
    (listener: () => void) => (source ? source.subscribe(listener) : () => {}),
    [source],
  );
  const getState = () => (source ? source.getSnapshot() : GUEST_STATE);
  // The server has nobody to ask as.
  const getServerState = () => (source ? SERVER_STATE : GUEST_STATE);
  return useSyncExternalStore(subscribe, getState, getServerState);
}
