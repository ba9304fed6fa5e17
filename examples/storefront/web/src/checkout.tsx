import { PaymentElement } from '@stripe/react-stripe-js';
import type { Stripe } from '@stripe/stripe-js';
import type { CustomerSessionState } from 'express-stripe-customer-session/client';
import { CustomerSessionElements, useCustomerSession } from 'express-stripe-customer-session/react';
import { type ReactElement, useEffect, useMemo, useState } from 'react';
import type { DemoState } from '../../shapes.js';
import { drawnStripe } from './drawn-stripe.js';
import { Secret } from './secret.js';
import type { ShopSession } from './shop-session.js';

interface CheckoutProps {
  session: ShopSession;
  state: DemoState;
  onSignedOut: () => void;
}

export function Checkout({ session, state, onSignedOut }: CheckoutProps): ReactElement {
  const { source } = session;
  const { publishableKey } = state;
  const current = useCustomerSession(source);
  const stripe = useMemo(() => stripeOf(publishableKey), [publishableKey]);
  const [paid, setPaid] = useState(false);
  const isSignedOut = source !== null && current.status === 'idle';
  useEffect(() => {
    if (isSignedOut) onSignedOut();
  }, [isSignedOut, onSignedOut]);
  return (
    <section className="checkout" aria-labelledby="checkout" aria-busy={current.status === 'loading'}>
      <h1 id="checkout">Checkout</h1>
      <p className="basket">
        <Bag />
        <span>2 bags of Lighthouse blend</span>
        <strong>€38.00</strong>
      </p>
      <p className="saved" aria-live="polite">
        {sentence(current, state)}
      </p>
      <CustomerSessionElements
        source={source}
        stripe={stripe}
        options={{ mode: 'payment', amount: 3800, currency: 'eur' }}
        fallback={<div className="waiting" />}
      >
        <PaymentElement />
      </CustomerSessionElements>
      <button type="button" className="pay" onClick={() => setPaid(true)}>
        Pay €38.00
      </button>
      <p className="fine" aria-live="polite">
        {paid ? 'Thank you! This is a demo: nothing was charged.' : ''}
      </p>
      {current.session && <Secret {...current} session={current.session} />}
    </section>
  );
}

// Stripe's own script is fetched only where there is a key to use it with.
function stripeOf(publishableKey: string | null): Stripe | Promise<Stripe | null> {
  if (publishableKey === null) return drawnStripe();
  return import('@stripe/stripe-js/pure').then(({ loadStripe }) => loadStripe(publishableKey));
}

function sentence({ status, error }: CustomerSessionState, { user }: DemoState): string {
  if (user === null) return 'Nobody is signed in, so no saved cards were asked for: you pay with a new card.';
  if (status === 'loading') return 'Looking for your saved cards…';
  if (status === 'ready') return `Welcome, ${user.name}.`;
  return `Your saved cards could not be loaded (${error?.code ?? 'signed out'}). A new card works as ever.`;
}

function Bag(): ReactElement {
  return (
    <svg
      className="bag"
      viewBox="0 0 120 160"
      role="img"
      aria-label="A bag of coffee with a lighthouse on it"
    >
      <path className="bag-body" d="M18 34h84l8 112a8 8 0 0 1-8 8H18a8 8 0 0 1-8-8z" />
      <path className="bag-fold" d="M18 34 24 8h72l6 26z" />
      <path className="bag-tie" d="M14 26h92v8H14z" />
      <circle className="bag-label" cx="60" cy="92" r="36" />
      <path className="tower" d="M52 118 55 78h10l3 40z" />
      <path className="stripe" d="M54 92h12l1 9H53z" />
      <path className="lamp" d="M54 70h12v8H54zM56 64h8l2 6H54z" />
      <path className="beam" d="M68 72 94 62v14zM52 72 26 62v14z" />
      <path className="sea" d="M30 118q8-5 15 0t15 0 15 0 15 0v6a36 36 0 0 1-60 0z" />
    </svg>
  );
}
