import { isDeepStrictEqual } from 'node:util';
import { BEHAVIOURS } from './behaviours.js';
import { Stripe, type Target } from './target.js';

/** One behaviour as a target showed it. */
export interface Finding {
  readonly subject: string;
  readonly does: string;
  readonly stripe: unknown;
  readonly observed: unknown;
  readonly isSame: boolean;
}

/** What a target was seen to do, and the customers that could not be deleted there afterwards. */
export interface Comparison {
  readonly target: string;
  readonly findings: readonly Finding[];
  readonly left: readonly string[];
}

/** Asks a target for every behaviour, one after another, and deletes what was created. */
export async function compare(target: Target): Promise<Comparison> {
  const stripe = new Stripe(target);
  const findings: Finding[] = [];
  // What a behaviour throws is its finding, so that the deletion below is always reached.
  for (const { subject, does, observe, stripe: expected } of BEHAVIOURS) {
    const observed = await observe(stripe).catch((error: unknown) => `failed: ${messageOf(error)}`);
    findings.push({
      subject,
      does,
      stripe: expected,
      observed,
      isSame: isDeepStrictEqual(observed, expected),
    });
  }
  return { target: target.name, findings, left: await stripe.cleanUp() };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 80) : 'no error';
}
