import { debuglog } from 'node:util';
import type { CustomerSessionEvent } from './events.js';
import { titleOf } from './problem.js';

const debug = debuglog('customer-session');

/** With `NODE_DEBUG=customer-session`: says on stderr, in one line, how a request ended that got no session, and why. */
export function explain({ outcome, status, reason, ...facts }: CustomerSessionEvent): void {
  if (!debug.enabled || outcome === 'issued') return;
  const { stripeStatus, stripeCode, stripeParam, stripeRequestId } = facts;
  const words = [reason, stripeStatus, stripeCode, stripeParam, stripeRequestId];
  const known = words.filter((word, index) => word !== undefined && words.indexOf(word) === index);
  const why = known.length === 0 ? '' : ` (${known.join(', ')})`;
  const more =
    outcome === 'client_closed'
      ? 'The client went away, or somebody else had answered.'
      : `${titleOf(outcome)} See docs/problems.md#${outcome}`;
  debug('%s %s%s: %s', status, outcome, why, more);
}
