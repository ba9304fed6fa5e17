import type { StripeEmulator, StripeEmulatorFault } from 'express-stripe-customer-session/testing';
import type Stripe from 'stripe';
import type { ScenarioText } from '../shapes.js';
import type { Answer } from './answer.js';
import type { Trial } from './trial.js';

/** A story of an attack or an outage, played on both routes. */
export interface Scenario extends ScenarioText {
  /** Stripe has to misbehave, or somebody's cards have to be seen. */
  needsEmulator: boolean;
  /** How Stripe misbehaves, if it does. */
  fault?: (world: { emulator: StripeEmulator; stripe: Stripe }) => Promise<StripeEmulatorFault>;
  /** Both routes at once, because each takes its time. @defaultValue one after the other */
  together?: true;
  play: (trial: Trial) => Promise<Play>;
}

/** What one route did. */
export interface Play {
  answers: Answer[];
  harm: boolean;
  finding: string;
  /** @defaultValue that of the last answer */
  outcome?: string;
}
