const apm = require('elastic-apm-node').start({
  serviceName: 'shop',
  serverUrl: process.env.WORLD_BACKEND,
  centralConfig: false,
  cloudProvider: 'none',
  metricsInterval: '0s',
  logLevel: 'off',
  spanCompressionEnabled: false,
  exitSpanMinDuration: '0ms',
});

globalThis.flushSpans = () => apm.flush();
