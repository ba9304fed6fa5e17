import { createStripe, savedPaymentMethods } from 'express-stripe-customer-session';
import { startStripeEmulator } from 'express-stripe-customer-session/testing';

/** What Stripe.js would say to the secret of Ada's session on a page with this intent. */
export async function renderAdasCards(futureUsage?: 'off_session'): Promise<string> {
  const emulator = await startStripeEmulator();
  const { id: customer } = emulator.addCustomer({
    email: 'ada@example.com',
    paymentMethods: [{ last4: '4242' }, { last4: '0005', allowRedisplay: 'limited' }],
  });
  const stripe = createStripe(emulator.secretKey, emulator.stripeConfig);
  const components = savedPaymentMethods({ save: 'on_session' });

  const session = await stripe.customerSessions.create({ customer, components });
  const intent = await stripe.paymentIntents.create({
    amount: 1999,
    currency: 'eur',
    customer,
    ...(futureUsage && { setup_future_usage: futureUsage }),
  });
  const claim = emulator.claim(session.client_secret, { intent: intent.id });

  await stripe.close();
  await emulator.close();
  if (claim.status === 'claimed') return claim.paymentMethods.map(({ last4 }) => last4).join();
  return claim.status;
}

/** How often Stripe is asked for three customers when the first answer about Ada is lost on its way. */
export async function callsOfAnUnluckyShop(): Promise<number> {
  const emulator = await startStripeEmulator();
  const stripe = createStripe(emulator.secretKey, emulator.stripeConfig);

  emulator.setFault('POST /v1/customers', ({ params }, requestNumber) =>
    params.name === 'Ada' && requestNumber === 1 ? { reset: 'after' } : undefined,
  );
  for (const name of ['Ada', 'Bob', 'Carl']) await stripe.customers.create({ name });

  await stripe.close();
  await emulator.close();
  return emulator.requests.length;
}
