import Stripe from 'stripe';
import {
  type StripeEmulator,
  type StripeEmulatorOptions,
  startStripeEmulator,
} from '../../src/testing/index.js';

const running: StripeEmulator[] = [];

/** Starts an emulator that {@link closeEmulators} ends. */
export async function start(options?: StripeEmulatorOptions): Promise<StripeEmulator> {
  const emulator = await startStripeEmulator(options);
  running.push(emulator);
  return emulator;
}

export async function closeEmulators(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
}

/** A stripe-node that shows each answer as it comes: without retries of its own unless told otherwise. */
export function clientOf(emulator: StripeEmulator, config: Stripe.StripeConfig = {}): Stripe {
  return new Stripe(emulator.secretKey, { ...emulator.stripeConfig, maxNetworkRetries: 0, ...config });
}
