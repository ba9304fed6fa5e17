import { Registry } from 'prom-client';
import { measureSessions } from '../../examples/recipes/observability-prometheus.js';
import { call, fromBrowser } from '../support/call.js';
import { startHost } from '../support/host.js';

test('requests of every router are counted and timed by outcome', async () => {
  const registry = new Registry();
  measureSessions(registry);
  const hosts = [await startHost(), await startHost()];
  for (const host of hosts) {
    await call(host, { headers: fromBrowser(host) });
    await call(host, { headers: fromBrowser(host, { 'sec-fetch-site': 'cross-site' }) });
  }
  await Promise.all(hosts.map((host) => host.close()));
  const page = await registry.metrics();
  expect(page).toContain('customer_session_requests_total{outcome="issued"} 2\n');
  expect(page).toContain('customer_session_requests_total{outcome="cross_origin"} 2\n');
  expect(page).toContain('customer_session_seconds_count{outcome="issued"} 2\n');
  expect(page).toContain('customer_session_seconds_bucket{le="8",outcome="cross_origin"} 2\n');
  expect(page).not.toMatch(/cus_|cuss_|sk_test/);
});
