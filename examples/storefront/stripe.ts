import { createStripe, type OwnStripe } from 'express-stripe-customer-session';
import { type StripeEmulator, startStripeEmulator } from 'express-stripe-customer-session/testing';

export interface StripeConnection {
  stripe: OwnStripe;
  /** Only without a key. */
  emulator: StripeEmulator | undefined;
  /** One line for the person who started the demo. */
  description: string;
  close(): Promise<void>;
}

/** Stripe itself with a test key in `STRIPE_SECRET_KEY`, the emulator without one. */
export async function connectStripe(): Promise<StripeConnection> {
  const key = process.env.STRIPE_SECRET_KEY;
  if (key !== undefined && key !== '') return realStripe(key);
  const emulator = await startStripeEmulator();
  const stripe = createStripe(emulator.secretKey, emulator.stripeConfig);
  return {
    stripe,
    emulator,
    description: `emulator at ${emulator.url} (there is no STRIPE_SECRET_KEY)`,
    close: async () => {
      await stripe.close();
      await emulator.close();
    },
  };
}

function realStripe(key: string): StripeConnection {
  if (/^(sk|rk)_live_/.test(key)) {
    throw new TypeError(
      'STRIPE_SECRET_KEY is a live key. The demo creates customers: use a test key, sk_test_…',
    );
  }
  const stripe = createStripe(key);
  return { stripe, emulator: undefined, description: 'Stripe, test mode', close: () => stripe.close() };
}
