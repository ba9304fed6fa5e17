import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export const PROCESSES = path.join(__dirname, '..', 'processes');
export const LIMIT_MS = 90_000;

/** What the process of a case tells of itself when its shoppers have been served. */
export interface Report {
  /** The events of the router. */
  readonly events: ReadonlyArray<{ outcome: string; reason?: string }>;
  /** Client spans, where the agent keeps them in the process. */
  readonly spans: readonly Span[];
  /** The ports that it opened connections to. */
  readonly ports: ReadonlyArray<number | string>;
  /** Names that it wanted to resolve beside Stripe's and this machine's. */
  readonly strayNames: readonly string[];
  /** How often the mock was used. */
  readonly mockCalls?: number;
  /** Whether a mock for another host was shown to be at work. */
  readonly mocksAnother?: boolean;
}

export interface Span {
  readonly trace: string;
  readonly details: unknown;
}

export interface ShopProcess {
  readonly port: number;
  /** Asks for the report, which ends the process. */
  report(): Promise<Report>;
  /** All that it printed. */
  output(): string;
}

/** Starts a script of `processes/` under a Node.js of the case's choice. */
export async function startShop(
  node: string,
  script: string,
  settings: { execArgv: readonly string[]; env: Readonly<Record<string, string>> },
): Promise<ShopProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const child = fork(path.join(PROCESSES, script), [], {
    execPath: node,
    execArgv: ['--require', path.join(PROCESSES, 'watch.cjs'), ...settings.execArgv],
    cwd: PROCESSES,
    env: { PATH, HOME, NODE_ENV: 'test', NO_COLOR: '1', ...settings.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close');
  const told = async () => {
    const message = once(child, 'message');
    const first = await Promise.race([message, ended.then(() => undefined)]);
    if (!first) throw new Error(`the process ended early:\n${output.trim().slice(-1_500)}`);
    return first[0] as unknown;
  };
  const { port } = (await told()) as { port: number };
  return {
    port,
    output: () => output,
    async report() {
      const report = told();
      child.send('report');
      const given = (await report) as Report;
      await ended;
      return given;
    },
  };
}
