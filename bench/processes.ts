import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** A process of the bench: its methods are called by name, and its stderr is counted, not shown. */
export interface Child {
  readonly pid: number;
  call<T = void>(method: string, argument?: unknown): Promise<T>;
  stderr(): string;
  stop(): Promise<void>;
}

export interface ChildOptions {
  /** The Node.js to run it with. Default: this one. */
  node?: string;
  env?: NodeJS.ProcessEnv;
  execArgv?: string[];
}

interface Call {
  id: number;
  method: string;
  argument: never;
}

interface Answer {
  id: number;
  value?: unknown;
  error?: string;
}

/** Starts `script` (relative to this folder) and waits until it serves calls. */
export async function startChild(script: string, options: ChildOptions = {}): Promise<Child> {
  const child = fork(join(__dirname, script), [], {
    execPath: options.node ?? process.execPath,
    execArgv: ['--import', require.resolve('tsx'), ...(options.execArgv ?? [])],
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    if (stderr.length < 1_000_000) stderr += chunk.toString();
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  const ready = new Promise<void>((resolve, reject) => {
    waiting.set(0, () => resolve());
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}: ${stderr.slice(0, 2000)}`)));
  });
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  await ready;
  let lastId = 0;
  return {
    pid: child.pid ?? 0,
    call: (method, argument) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, ({ error, value }) => {
          if (error === undefined) resolve(value as never);
          else reject(new Error(`${script} ${method}: ${error}`));
        });
        child.send({ id: lastId, method, argument });
      }),
    stderr: () => stderr,
    stop: () => stopProcess(child),
  };
}

function stopProcess(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

/** The other side of `startChild`: answers calls with what the method of that name resolves to. */
export function serveCalls(methods: Record<string, (argument: never) => unknown>): void {
  async function answer({ id, method, argument }: Call): Promise<void> {
    try {
      process.send?.({ id, value: await methods[method]?.(argument) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  process.on('message', (call: Call) => void answer(call));
  process.send?.({ id: 0 });
}
