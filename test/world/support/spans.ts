import type { Backend } from './backend.js';
import type { Span } from './shop-process.js';

// Each agent tells of its spans in its own form; what is read here is what its backend would show.

/** Datadog's: lines of JSON on standard output. */
export function datadogSpans(output: string): Span[] {
  return linesOfJson<{ traces?: DatadogSpan[][] }>(output)
    .flatMap(({ traces = [] }) => traces.flat())
    .filter(({ meta }) => meta['span.kind'] === 'client')
    .map(({ trace_id: trace, meta }) => ({ trace, details: meta }));
}

interface DatadogSpan {
  trace_id: string;
  meta: Record<string, string>;
}

/** Elastic's: lines of JSON, one an event. */
export function elasticSpans({ received }: Backend): Span[] {
  return received
    .filter(({ path }) => path.startsWith('/intake/v2/events'))
    .flatMap(({ text }) => linesOfJson<{ span?: { trace_id: string; context: unknown } }>(text))
    .flatMap(({ span }) => (span ? [{ trace: span.trace_id, details: span.context }] : []));
}

/** New Relic's: intrinsic, custom and agent attributes of each span. */
export function newRelicSpans({ received }: Backend): Span[] {
  type Attributes = Record<string, string>;
  return received
    .filter(({ path }) => path.includes('method=span_event_data'))
    .flatMap(({ text }) => (JSON.parse(text) as [string, object, [Attributes, Attributes, Attributes][]])[2])
    .filter(([intrinsic]) => intrinsic['span.kind'] === 'client')
    .map(([intrinsic, , details]) => ({ trace: String(intrinsic.traceId), details }));
}

function linesOfJson<Line>(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}
