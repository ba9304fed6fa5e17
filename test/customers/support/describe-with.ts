import { hasPostgres } from '../../../examples/cluster/servers/postgres.js';
import { findBinary } from '../../../examples/cluster/servers/processes.js';

type Server = 'redis-server' | 'postgres' | 'nginx';

/**
 * A `describe` of what needs real servers. Where one is not installed it is skipped under a name that says so,
 * and fails instead when `CI` is `true`.
 */
export function describeWith(servers: readonly Server[], name: string, body: () => void): void {
  const missing = servers.filter((server) => !isInstalled(server));
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const title = `${name} (needs ${missing.join(' and ')}, not installed here)`;
  const register = process.env.CI === 'true' ? it : it.skip;
  register(title, () => {
    throw new Error(`Install ${missing.join(' and ')} to run these tests.`);
  });
}

function isInstalled(server: Server): boolean {
  return server === 'postgres' ? hasPostgres() : findBinary(server) !== undefined;
}
