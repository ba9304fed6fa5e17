import { PaymentElement } from '@stripe/react-stripe-js';
import { loadStripe } from '@stripe/stripe-js/pure';
import type { CustomerSessionSource } from 'express-stripe-customer-session/client';
import { CustomerSessionElements } from 'express-stripe-customer-session/react';
import { type ReactElement, useMemo } from 'react';

interface Props {
  source: CustomerSessionSource | null;
  publishableKey: string;
}

// React.lazy takes a default export.
export { RealPaymentElement as default };

function RealPaymentElement({ source, publishableKey }: Props): ReactElement {
  const stripe = useMemo(() => loadStripe(publishableKey), [publishableKey]);
  return (
    <CustomerSessionElements
      source={source}
      stripe={stripe}
      options={{ mode: 'payment', amount: 3800, currency: 'eur' }}
      fallback={<p>Looking for your saved cards…</p>}
    >
      <PaymentElement />
    </CustomerSessionElements>
  );
}
