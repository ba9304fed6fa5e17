import type { CustomerSessionState } from 'express-stripe-customer-session/client';
import { useCustomerSession } from 'express-stripe-customer-session/react';
import { lazy, type ReactElement, Suspense, useState } from 'react';
import type { DemoState } from './api.js';
import { Drawing } from './drawing.js';
import { Secret } from './secret.js';
import type { ShopSession } from './shop-session.js';

// Stripe's own packages are fetched only where there is a key to use them with.
const RealPaymentElement = lazy(() => import('./real-payment-element.js'));

interface CheckoutProps {
  session: ShopSession;
  state: DemoState;
}

export function Checkout({ session, state }: CheckoutProps): ReactElement {
  const { source } = session;
  const current = useCustomerSession(source);
  const [paid, setPaid] = useState(false);
  return (
    <section className="checkout" aria-labelledby="checkout" aria-busy={current.status === 'loading'}>
      <h2 id="checkout">Checkout</h2>
      <p className="saved" aria-live="polite">
        {sentence(current, state)}
      </p>
      {state.publishableKey === null ? (
        <Drawing session={current.session} waiting={current.status === 'loading'} />
      ) : (
        <Suspense fallback={<p>Loading the Payment Element…</p>}>
          <RealPaymentElement source={source} publishableKey={state.publishableKey} />
        </Suspense>
      )}
      <button type="button" className="pay" onClick={() => setPaid(true)}>
        Pay €38.00
      </button>
      <p className="fine" aria-live="polite">
        {paid ? 'Thank you! This is a demo: nothing was charged.' : ''}
      </p>
      {current.session && <Secret session={current.session} refresh={current.refresh} />}
    </section>
  );
}

function sentence({ status, error }: CustomerSessionState, { user }: DemoState): string {
  if (user === null) return 'Nobody is signed in, so nobody was asked for: you pay with a new card.';
  if (status === 'loading') return 'Looking for your saved cards…';
  if (status === 'ready') return `Welcome back, ${user.name}.`;
  return `Your saved cards could not be loaded (${error?.code ?? 'signed out'}). A new card works as ever.`;
}
