import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { freePort } from '../../../examples/cluster/servers/processes.js';

/** The storefront in processes of its own, started as its readers start it. */
export interface Storefront {
  readonly url: string;
  readonly port: number | string;
  /** The emulator behind it. */
  readonly emulatorUrl: string;
  /** The commands that it printed for a terminal, as they stand there. */
  readonly curlLines: readonly string[];
  readonly output: () => string;
  /** To the process that was started, or, as Ctrl-C does, to all that hang on it. */
  readonly signal: (signal: NodeJS.Signals, to?: 'group') => void;
  /** Resolves with the exit code of the process that was started, once all of them have ended. */
  readonly ended: Promise<number | null>;
  readonly kill: () => void;
}

export interface Start {
  /** Where it keeps its customers. */
  data: string;
  /** @defaultValue a free one */
  port?: number | string;
  /** By npm, as the README says, without the build before it. @defaultValue by Node.js itself */
  npm?: boolean;
  /** Beside the environment of the tests, whose keys and servers are left out. */
  env?: Record<string, string>;
}

const ROOT = path.join(__dirname, '..', '..', '..');
const NODE = [process.execPath, '--import', 'tsx', 'examples/storefront/server.ts'];
// The build is `npm test`'s, once, before all suites.
const NPM = ['npm', 'start', '--ignore-scripts'];

/** Starts it and waits until it listens; rejects with what it said where it ended instead. */
export async function startStorefront(start: Start): Promise<Storefront> {
  const port = start.port ?? (await freePort());
  const { child, ended, output } = spawnStorefront({ ...start, port });
  await Promise.race([
    saysReady(child, output),
    ended.then((code) => Promise.reject(new Error(`The storefront ended with ${code}: ${output()}`))),
  ]);
  return {
    url: `https://localhost:${port}`,
    port,
    emulatorUrl: /emulator at (\S+)/.exec(output())?.[1] ?? '',
    curlLines: output()
      .split('\n')
      .filter((line) => line.startsWith('  curl ')),
    output,
    signal: (signal, to) => {
      process.kill((to === 'group' ? -1 : 1) * pidOf(child), signal);
    },
    ended,
    kill: () => killGroup(child),
  };
}

/** Starts one that is expected to end by itself, and tells how. */
export async function failToStart(start: Start) {
  const { child, ended, output } = spawnStorefront({ ...start, port: start.port ?? (await freePort()) });
  const code = await ended;
  killGroup(child);
  return { code, output: output() };
}

function spawnStorefront({ data, port, npm, env: more }: Start) {
  const [command = '', ...args] = npm ? NPM : NODE;
  const { STRIPE_SECRET_KEY: _sk, STRIPE_PUBLISHABLE_KEY: _pk, DATABASE_URL: _url, ...env } = process.env;
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...env, NODE_ENV: 'development', PORT: String(port), STOREFRONT_DATA: data, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, as a terminal makes one for each command.
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  // `close` and not `exit`: by then the last process that could write has ended, npm's shell or not.
  const ended = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  return { child, ended, output: () => said };
}

function saysReady(child: ChildProcess, output: () => string): Promise<void> {
  return new Promise((resolve) => {
    child.stdout?.on('data', () => {
      if (output().includes('Stop with Ctrl-C')) resolve();
    });
  });
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('The storefront has no process.');
  return pid;
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-pidOf(child), 'SIGKILL');
  } catch {
    // All of them have ended.
  }
}
