import { subscribe } from 'node:diagnostics_channel';
import type { CustomerSessionEvent } from 'express-stripe-customer-session';
import { Counter, Histogram, type Registry } from 'prom-client';

/** Call it once when the process starts: it counts and times the requests of every router and issuer. */
export function measureSessions(registry: Registry): void {
  const labels = { labelNames: ['outcome'] as const, registers: [registry] };
  const requests = new Counter({
    name: 'customer_session_requests_total',
    help: 'Requests for a customer session',
    ...labels,
  });
  const duration = new Histogram({
    name: 'customer_session_seconds',
    help: 'From the request to its answer',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8],
    ...labels,
  });
  subscribe('express-stripe-customer-session', (message) => {
    const { outcome, ms } = message as CustomerSessionEvent;
    requests.inc({ outcome });
    duration.observe({ outcome }, ms / 1000);
  });
}
