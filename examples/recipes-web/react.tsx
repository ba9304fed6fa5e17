import { PaymentElement } from '@stripe/react-stripe-js';
import { loadStripe } from '@stripe/stripe-js';
import { createCustomerSessionSource } from 'express-stripe-customer-session/client';
import { CustomerSessionElements, useCustomerSession } from 'express-stripe-customer-session/react';
import { type ReactElement, useMemo } from 'react';

const stripe = loadStripe('pk_test_yours');

interface User {
  id: string;
}

export function Checkout({ user }: { user: User | null }): ReactElement {
  // One source per user: another user begins anew, and nobody asks for a guest.
  const userId = user?.id;
  const source = useMemo(
    () =>
      userId === undefined
        ? null
        : createCustomerSessionSource('/customer-session', { user: userId, onError: report }),
    [userId],
  );
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

export function SavedCardsNotice({
  source,
}: {
  source: Parameters<typeof useCustomerSession>[0];
}): ReactElement | null {
  const { status, error, refreshing, refresh } = useCustomerSession(source);
  if (status !== 'unavailable') return null;
  return (
    <p>
      Your saved cards could not be loaded ({error?.code}).{' '}
      <button type="button" disabled={refreshing} onClick={() => void refresh()}>
        Try again
      </button>
    </p>
  );
}

function report(error: { code: string }): void {
  // no_customer is no fault: the buyer has not paid here before.
  if (error.code !== 'no_customer') navigator.sendBeacon('/client-errors', error.code);
}
