// Its spans are lines of JSON on the process's standard output.
Object.assign(process.env, {
  DD_TRACE_EXPERIMENTAL_EXPORTER: 'log',
  DD_TRACE_AGENT_URL: process.env.WORLD_BACKEND,
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_REMOTE_CONFIGURATION_ENABLED: 'false',
  DD_TRACE_STARTUP_LOGS: 'false',
});
require(process.env.WORLD_AGENT).init({ service: 'shop' });
