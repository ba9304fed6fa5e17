import { createStripe, type OwnStripe } from 'express-stripe-customer-session';
import { type StripeEmulator, startStripeEmulator } from 'express-stripe-customer-session/testing';

export interface StripeConnection {
  stripe: OwnStripe;
  /** Only without keys. */
  emulator: StripeEmulator | undefined;
  /** With it the page mounts Stripe's own Payment Element. */
  publishableKey: string | undefined;
  /** One line for the person who started the demo. */
  description: string;
  close(): Promise<void>;
}

const KEYS = { STRIPE_SECRET_KEY: /^[sr]k_test_/, STRIPE_PUBLISHABLE_KEY: /^pk_test_/ };

/**
 * Stripe's test mode with `STRIPE_SECRET_KEY` and `STRIPE_PUBLISHABLE_KEY`, the emulator without either.
 *
 * @throws TypeError where one of the two is missing, or is no key of test mode.
 */
export async function connectStripe(env: NodeJS.ProcessEnv = process.env): Promise<StripeConnection> {
  const keys = keysOf(env);
  if (keys !== undefined) {
    const stripe = createStripe(keys.secret);
    const description = 'Stripe, test mode (STRIPE_SECRET_KEY)';
    return {
      stripe,
      emulator: undefined,
      publishableKey: keys.publishable,
      description,
      close: () => stripe.close(),
    };
  }
  const emulator = await startStripeEmulator();
  const stripe = createStripe(emulator.secretKey, emulator.stripeConfig);
  return {
    stripe,
    emulator,
    publishableKey: undefined,
    description: `emulator at ${emulator.url} (no STRIPE_SECRET_KEY is set)`,
    close: async () => {
      await stripe.close();
      await emulator.close();
    },
  };
}

function keysOf(env: NodeJS.ProcessEnv): { secret: string; publishable: string } | undefined {
  const { STRIPE_SECRET_KEY: secret = '', STRIPE_PUBLISHABLE_KEY: publishable = '' } = env;
  if (secret === '' && publishable === '') return undefined;
  for (const [name, form] of Object.entries(KEYS)) {
    const key = env[name] ?? '';
    if (key === '') {
      throw new TypeError(
        `${name} is missing. For Stripe's test mode set STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY of one ` +
          'account; for the emulator set neither.',
      );
    }
    if (!form.test(key)) {
      const wanted = name === 'STRIPE_SECRET_KEY' ? 'sk_test_… or rk_test_…' : 'pk_test_…';
      throw new TypeError(`${name} is no key of test mode. The demo creates customers: use ${wanted}`);
    }
  }
  return { secret, publishable };
}
