import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { pause } from './servers/processes.js';

export interface ApplicationOptions {
  /** Where the sockets are. */
  directory: string;
  /** Settings that every process gets in its environment. */
  env: Record<string, string>;
  log: (text: string) => void;
}

/** One place among the processes: the proxy knows its socket, whichever process answers there. */
export interface Slot {
  readonly socket: string;
  /** The process that answers now. */
  readonly pid: () => number | undefined;
  /** Starts another process, moves the socket to it once it is ready, and lets the old one finish. */
  replace(): Promise<void>;
  stop(): Promise<void>;
}

// Until a new process is ready.
const LONGEST_START_MS = 30_000;
// Between two tries to start a process that ends at once.
const RESTART_PAUSE_MS = 1_000;

/**
 * A slot, with its first process ready. The socket that the proxy knows is a symbolic link to the process's own, and
 * moving a link is atomic: each connection reaches a process that listens, and the old one gets no new ones.
 */
export async function startSlot(name: string, options: ApplicationOptions): Promise<Slot> {
  const socket = join(options.directory, `${name}.sock`);
  let generation = 0;
  let current: ChildProcess | undefined;
  let stopping = false;

  async function startNext(): Promise<ChildProcess> {
    generation += 1;
    const own = join(options.directory, `${name}.${generation}.sock`);
    const child = startProcess(`${name}.${generation}`, own, options);
    await untilReady(child, own);
    const link = `${socket}.next`;
    rmSync(link, { force: true });
    symlinkSync(own, link);
    renameSync(link, socket);
    child.once('exit', (code) => void startAgain(child, code));
    return child;
  }

  // A process that ends unasked is replaced.
  async function startAgain(child: ChildProcess, code: number | null): Promise<void> {
    if (stopping || child !== current) return;
    options.log(`${name} ended (${code ?? child.signalCode}); starting it again`);
    try {
      current = await startNext();
    } catch (error) {
      options.log(`${name} did not start: ${String(error)}`);
      await pause(RESTART_PAUSE_MS);
      await startAgain(child, code);
    }
  }

  current = await startNext();
  return {
    socket,
    pid: () => current?.pid,
    async replace() {
      const old = current;
      current = await startNext();
      await end(old);
    },
    async stop() {
      stopping = true;
      await end(current);
    },
  };
}

function startProcess(name: string, socket: string, { env, log }: ApplicationOptions): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'server.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in a terminal is for us alone.
    detached: true,
    env: { ...process.env, ...env, SERVER_NAME: name, SOCKET: socket },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => log(text.trimEnd()));
  }
  // Whatever becomes of us, the processes do not stay behind.
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  return child;
}

async function untilReady(child: ChildProcess, socket: string): Promise<void> {
  for (const endsAt = Date.now() + LONGEST_START_MS; Date.now() < endsAt; await pause(50)) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    if (existsSync(socket) && (await statusOf(socket, '/readyz')) === 200) return;
  }
  child.kill('SIGKILL');
  throw new Error('A server process did not become ready.');
}

function statusOf(socketPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const req = request({ socketPath, path }, (res) => resolve(res.resume().statusCode));
    req.on('error', () => resolve(undefined)).end();
  });
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
