import { context, metrics, type Span, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { Express } from 'express';
import { measureSessions, spanOfSession } from '../../examples/recipes/observability-opentelemetry.js';
import { call, fromBrowser } from '../support/call.js';
import { ADA, startHost, type TestHost } from '../support/host.js';

const spans = new InMemorySpanExporter();
const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
// Exports when it is told to, not by a clock.
const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 2 ** 31 - 1 });
const meterProvider = new MeterProvider({ readers: [reader] });
let host: TestHost;

beforeAll(async () => {
  tracerProvider.register();
  metrics.setGlobalMeterProvider(meterProvider);
  measureSessions();
  host = await startHost({ prepare: inRequestSpans, options: { onEvent: (event) => spanOfSession(event) } });
});
afterAll(async () => {
  await host.close();
  await meterProvider.shutdown();
  await tracerProvider.shutdown();
});
beforeEach(() => spans.reset());

// As an http instrumentation does it.
function inRequestSpans(app: Express): void {
  app.use((_req, res, next) => {
    const span: Span = trace.getTracer('test').startSpan('request');
    res.on('close', () => span.end());
    context.with(trace.setSpan(context.active(), span), next);
  });
}

async function spanOf(headers: Record<string, unknown> = {}) {
  await call(host, { headers: fromBrowser(host, headers as Record<string, string>) });
  const finished = spans.getFinishedSpans();
  return finished.find(({ name }) => name === 'customer session');
}

test("a session is a span under the request, with its outcome, Stripe's time and no secret", async () => {
  const span = await spanOf();
  expect(span?.parentSpanContext).toBeDefined();
  expect(span?.attributes).toMatchObject({
    'customer_session.outcome': 'issued',
    'customer_session.status': 200,
    'customer_session.customer': ADA,
    'customer_session.stripeMs': expect.any(Number),
  });
  expect(JSON.stringify(span?.attributes)).not.toMatch(/cuss_|sk_test/);
  expect(span?.status).toEqual({ code: 0 });
  const [seconds = 0, nanoseconds = 0] = span?.duration ?? [];
  expect(seconds + nanoseconds).toBeGreaterThan(0);
});

test('a failure is an error span', async () => {
  host.emulator.setFault('*', { status: 500 });
  const span = await spanOf();
  host.emulator.setFault('*', undefined);
  expect(span?.status).toEqual({ code: 2, message: 'stripe_unavailable' });
  expect(span?.events).toEqual([]);
});

test("a host's own error is the span's exception", async () => {
  host.users.set('ada', 'no id');
  const span = await spanOf();
  host.users.set('ada', ADA);
  expect(span?.status).toEqual({ code: 2, message: 'misconfigured' });
  expect(span?.events).toEqual([
    expect.objectContaining({
      name: 'exception',
      attributes: expect.objectContaining({
        'exception.message': expect.stringContaining('resolveCustomer'),
      }),
    }),
  ]);
});

test("a refusal of the caller's is no error", async () => {
  const span = await spanOf({ 'x-user': 'eve' });
  expect(span?.attributes).toMatchObject({ 'customer_session.outcome': 'unauthenticated' });
  expect(span?.status).toEqual({ code: 0 });
});

test('requests are counted and timed by outcome', async () => {
  const before = await counts();
  await spanOf();
  await spanOf();
  await spanOf({ 'x-user': 'eve' });
  const after = await counts();
  expect((after.issued ?? 0) - (before.issued ?? 0)).toBe(2);
  expect((after.unauthenticated ?? 0) - (before.unauthenticated ?? 0)).toBe(1);
});

// What was counted, and timed as often, by outcome.
async function counts(): Promise<Record<string, number>> {
  points.reset();
  await reader.forceFlush();
  const all = points.getMetrics().at(-1)?.scopeMetrics[0]?.metrics ?? [];
  const rows = (name: string) => all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
  const counted = rows('customer_session.requests').map(({ attributes, value }) => [
    String(attributes.outcome),
    value,
  ]);
  const timed = rows('customer_session.duration').map(({ attributes, value }) => [
    String(attributes.outcome),
    typeof value === 'object' && 'count' in value ? value.count : undefined,
  ]);
  expect(Object.fromEntries(timed)).toEqual(Object.fromEntries(counted));
  return Object.fromEntries(counted);
}
