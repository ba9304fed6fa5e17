const { hostname, port } = new URL(process.env.WORLD_BACKEND_TLS);
const cloud = ['AWS', 'AZURE', 'AZUREFUNCTION', 'DOCKER', 'GCP', 'KUBERNETES', 'PCF'];
Object.assign(process.env, {
  NEW_RELIC_APP_NAME: 'shop',
  NEW_RELIC_LICENSE_KEY: '0'.repeat(40),
  NEW_RELIC_HOST: hostname,
  NEW_RELIC_PORT: port,
  NEW_RELIC_CERTIFICATES: process.env.WORLD_BACKEND_CA,
  NEW_RELIC_NO_CONFIG_FILE: 'true',
  NEW_RELIC_LOG_ENABLED: 'false',
  ...Object.fromEntries(cloud.map((name) => [`NEW_RELIC_UTILIZATION_DETECT_${name}`, 'false'])),
});
const newrelic = require(process.env.WORLD_AGENT);

globalThis.flushSpans = () =>
  new Promise((resolve) => {
    newrelic.shutdown({ collectPendingData: true, timeout: 10_000 }, () => resolve([]));
  });
