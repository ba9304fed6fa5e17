import type { CustomerSessionEvent } from 'express-stripe-customer-session';
import type { Stop } from './shapes.js';

/** What was seen of a request before its event: each name of a stop once, with what is known of it. */
export type Seen = Partial<Record<StopName, Pick<Stop, 'at' | 'ms' | 'detail'>>>;

const STOPS = [
  'Request',
  'POST, TLS, same origin',
  'Signed in',
  'Customer',
  'Rate limit',
  'Stripe',
  'Answer checked',
  'Handed out',
] as const;

type StopName = (typeof STOPS)[number];

const ENDS_AT: Partial<Record<CustomerSessionEvent['outcome'], StopName>> = {
  method_not_allowed: 'POST, TLS, same origin',
  tls_required: 'POST, TLS, same origin',
  cross_origin: 'POST, TLS, same origin',
  unauthenticated: 'Signed in',
  rate_limited: 'Rate limit',
  overloaded: 'Rate limit',
  stripe_rate_limited: 'Stripe',
  stripe_unavailable: 'Stripe',
  stripe_mismatch: 'Answer checked',
};

/** The whole way as one list: what was passed, where it ended, and what was never reached. */
export function drawWay(event: CustomerSessionEvent, seen: Seen): Stop[] {
  const end = event.outcome === 'issued' ? undefined : STOPS.indexOf(endOf(event, seen));
  return STOPS.map((name, index) => {
    if (end !== undefined && index > end) return { name, state: 'not reached' };
    const known = { ...seen[name], ...(name === 'Stripe' && stripeStop(event)) };
    if (index !== end) {
      return { name, state: 'passed', ...known, ...(name === 'Handed out' && { at: event.ms }) };
    }
    const why = event.reason === undefined ? event.outcome : `${event.outcome} (${event.reason})`;
    const detail = [known.detail, why].filter(Boolean).join(', ');
    return { name, state: 'stopped', ...known, at: event.ms, detail };
  });
}

// The other codes may come from several stops: of those that were seen it is the last, or the one after.
function endOf({ outcome, stripeMs }: CustomerSessionEvent, seen: Seen): StopName {
  const known = ENDS_AT[outcome];
  if (known !== undefined) return known;
  if (stripeMs !== undefined || (outcome === 'timeout' && seen.Customer !== undefined)) return 'Stripe';
  return seen['POST, TLS, same origin'] === undefined ? 'POST, TLS, same origin' : 'Customer';
}

function stripeStop({ stripeMs, attempts = 1, stripeRequestId, stripeStatus }: CustomerSessionEvent) {
  if (stripeMs === undefined) return undefined;
  const detail = [
    stripeStatus === undefined ? '' : `answered ${stripeStatus}`,
    attempts > 1 ? `${attempts} attempts, one idempotency key` : '',
    stripeRequestId ?? '',
  ];
  return { ms: stripeMs, detail: detail.filter((part) => part !== '').join(', ') };
}
