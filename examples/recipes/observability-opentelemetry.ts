import { subscribe } from 'node:diagnostics_channel';
import { metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import type { CustomerSessionEvent } from 'express-stripe-customer-session';

/** Pass it as `onEvent`: a span under that of the request, with what is known of its end. */
export function spanOfSession({ error, ms, ...facts }: CustomerSessionEvent): void {
  const endTime = Date.now();
  const attributes = Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [`customer_session.${name}`, value]),
  );
  const span = trace
    .getTracer('customer-session')
    .startSpan('customer session', { startTime: endTime - ms, attributes });
  if (facts.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR, message: facts.outcome });
  if (error instanceof Error) span.recordException(error);
  span.end(endTime);
}

/** Call it once when the process starts: it counts and times the requests of every router and issuer. */
export function measureSessions(): void {
  const meter = metrics.getMeter('customer-session');
  const requests = meter.createCounter('customer_session.requests');
  const duration = meter.createHistogram('customer_session.duration', { unit: 's' });
  const stripeDuration = meter.createHistogram('customer_session.stripe.duration', { unit: 's' });
  subscribe('express-stripe-customer-session', (message) => {
    const { outcome, ms, stripeMs } = message as CustomerSessionEvent;
    requests.add(1, { outcome });
    duration.record(ms / 1000, { outcome });
    if (stripeMs !== undefined) stripeDuration.record(stripeMs / 1000, { outcome });
  });
}
