const Sentry = require('@sentry/node');

const spans = [];
Sentry.init({
  dsn: process.env.WORLD_BACKEND.replace('//', '//key@').concat('/1'),
  tracesSampleRate: 1,
  traceLifecycle: 'static',
  beforeSendTransaction(event) {
    for (const span of event.spans ?? []) {
      if (span.op === 'http.client')
        spans.push({ trace: span.trace_id, details: { ...span.data, name: span.description } });
    }
    return null;
  },
});

globalThis.flushSpans = async () => {
  await Sentry.flush(10_000);
  return spans;
};
