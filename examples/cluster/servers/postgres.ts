import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { findBinary, freePort, requireBinary, type ServerProcess, startServer } from './processes.js';

export interface PostgresOptions {
  /** Settings of the server, such as `['max_connections=200']`. */
  settings?: string[];
  /** Listen here: a server that comes back, comes back on its port. */
  port?: number;
  /** A folder of yours for the data, which stays when the server goes. Default: a temporary one. */
  data?: string;
}

/** A Postgres of our own, in a temporary folder, on loopback, with one database and no password. */
export async function startPostgres(options: PostgresOptions = {}): Promise<ServerProcess> {
  const { settings = [], port = await freePort() } = options;
  const user = serverUser();
  const directory = mkdtempSync(join(tmpdir(), 'escs-postgres-'));
  const data = options.data ?? directory;
  if (user !== undefined) for (const folder of [directory, data]) chownSync(folder, user.uid, user.gid);
  if (!existsSync(join(data, 'PG_VERSION'))) {
    execFileSync(
      requireBinary('initdb'),
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { stdio: 'ignore', cwd: data, ...user },
    );
  }
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const own = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'max_connections=200'];
  return startServer({
    command: requireBinary('postgres'),
    args: ['-D', data, '-p', `${port}`, ...[...own, ...settings].flatMap((setting) => ['-c', setting])],
    port,
    directory,
    url,
    // SIGTERM waits for clients to leave; SIGINT ends their sessions and stops cleanly.
    stopSignal: 'SIGINT',
    ...(user === undefined ? {} : { user }),
    isReady: () => answersQueries(url),
  });
}

/** Whether a Postgres can be started here: its binaries are there, and a user to run it. */
export function hasPostgres(): boolean {
  return (
    findBinary('initdb') !== undefined &&
    findBinary('postgres') !== undefined &&
    (!isRoot() || !!postgresUser())
  );
}

// Postgres refuses to be root.
function serverUser(): { uid: number; gid: number } | undefined {
  if (!isRoot()) return undefined;
  const user = postgresUser();
  if (user === undefined)
    throw new Error('Postgres refuses to run as root, and there is no user "postgres".');
  return user;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function postgresUser(): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8').match(/^postgres:[^:]*:(\d+):(\d+):/m);
  return line === null ? undefined : { uid: Number(line[1]), gid: Number(line[2]) };
}

async function answersQueries(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
