'use client';

import { createCustomerSessionSource } from 'express-stripe-customer-session/client';
import { CustomerSessionElements, useCustomerSession } from 'express-stripe-customer-session/react';
import { useMemo } from 'react';

export function Checkout({ initial }) {
  const source = useMemo(() => createCustomerSessionSource('/customer-session', { initial }), [initial]);
  const { status } = useCustomerSession(source);
  return (
    <section>
      <p>{`status: ${status}`}</p>
      <CustomerSessionElements source={source} stripe={null} fallback={<p>looking for your cards</p>}>
        <p>the form of a customer</p>
      </CustomerSessionElements>
    </section>
  );
}
