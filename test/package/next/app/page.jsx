// A server component: it renders the package's component itself, without a file of its own that says 'use client'.
import { CustomerSessionElements } from 'express-stripe-customer-session/react';
import { Checkout } from './checkout.jsx';

export const dynamic = 'force-dynamic';

// In 2100, so that the page is the same whenever it is rendered.
const INITIAL = { client_secret: 'cuss_secret_fake_of_next', expires_at: 4_102_444_800 };

export default function Page() {
  return (
    <main>
      <CustomerSessionElements source={null} stripe={null}>
        <p>the form of a guest</p>
      </CustomerSessionElements>
      <Checkout />
      <Checkout initial={INITIAL} />
    </main>
  );
}
