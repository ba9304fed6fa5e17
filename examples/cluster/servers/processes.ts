import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

/** A server process of ours: what it listens on, and how to do to it what outages do. */
export interface ServerProcess {
  readonly port: number;
  readonly url: string;
  /** Ends it as an operator would, and waits. */
  stop(): Promise<void>;
  /** Ends it as a crash would, and waits. */
  kill(): Promise<void>;
  /** Stops it without closing a socket, as a stalled host would. */
  freeze(): void;
  thaw(): void;
}

/** Where Debian keeps servers that are not on everybody's path. */
const SERVER_DIRECTORIES = ['/usr/sbin', '/usr/local/sbin', ...postgresDirectories()];

/** The path of a server's binary, or `undefined` where it is not installed. */
export function findBinary(name: string): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), ...SERVER_DIRECTORIES];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

/** The path of a server's binary; throws an error that names what to install. */
export function requireBinary(name: string): string {
  const binary = findBinary(name);
  if (binary === undefined) throw new Error(`${name} is not installed on this machine.`);
  return binary;
}

/**
 * A TCP port that nobody listens on now. From below those that systems take for outgoing connections, so that a server
 * which stops finds it free when it starts again.
 */
export function freePort(): Promise<number> {
  const port = randomInt(15_000, 32_000);
  return new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(freePort()));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)));
  });
}

export interface StartCommand {
  command: string;
  args: string[];
  port: number;
  url: string;
  /** The signal that means "stop soon, and cleanly". */
  stopSignal?: NodeJS.Signals;
  /** Run as this user, where the server refuses to be root. */
  user?: { uid: number; gid: number };
  /** A temporary folder that goes when the server does. */
  directory: string;
  /** Resolves once the server answers; asked again until then. */
  isReady: () => Promise<boolean>;
}

/** Starts a server and waits until it answers, 20 s at most. It ends with this process at the latest. */
export async function startServer(start: StartCommand): Promise<ServerProcess> {
  const child = spawn(start.command, start.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in a terminal is for us alone: we stop our servers in their order.
    detached: true,
    ...start.user,
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => output.splice(0, output.length - 50, text));
  }
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const removeDirectory = () => rmSync(start.directory, { recursive: true, force: true });
  const endWithUs = () => {
    signalFamily(child, 'SIGKILL');
    removeDirectory();
  };
  process.once('exit', endWithUs);
  void exited.then(() => {
    process.off('exit', endWithUs);
    removeDirectory();
  });

  const server = controls(child, exited, start);
  for (const endsAt = Date.now() + 20_000; ; await pause(50)) {
    if (await start.isReady()) return server;
    if (child.exitCode === null && child.signalCode === null && Date.now() < endsAt) continue;
    await server.kill();
    throw new Error(`${start.command} did not start:\n${output.join('')}`);
  }
}

function controls(child: ChildProcess, exited: Promise<void>, start: StartCommand): ServerProcess {
  const stop = () => {
    child.kill(start.stopSignal ?? 'SIGTERM');
    // A frozen process takes no signal but SIGKILL before it goes on.
    signalFamily(child, 'SIGCONT');
    return exited;
  };
  const kill = () => {
    signalFamily(child, 'SIGKILL');
    return exited;
  };
  return {
    port: start.port,
    url: start.url,
    stop,
    kill,
    freeze: () => signalFamily(child, 'SIGSTOP'),
    thaw: () => signalFamily(child, 'SIGCONT'),
  };
}

// Postgres has a process per connection, nginx has workers; each may be in a group of its own.
function signalFamily({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  for (const member of [pid, ...childrenOf(pid)]) {
    try {
      process.kill(member, signal);
    } catch {
      // It ended meanwhile.
    }
  }
}

// Linux alone tells; elsewhere the process itself has to do.
function childrenOf(pid: number): number[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  return existsSync(list) ? readFileSync(list, 'utf8').split(' ').filter(Boolean).map(Number) : [];
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function postgresDirectories(): string[] {
  const home = '/usr/lib/postgresql';
  if (!existsSync(home)) return [];
  const newestFirst = readdirSync(home).toSorted((a, b) => Number(b) - Number(a));
  return newestFirst.map((version) => join(home, version, 'bin'));
}
