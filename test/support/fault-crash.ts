import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { browserHeaders } from '../../src/testing/index.js';
import { startBadUpstream } from './bad-upstream.js';

export interface CrashReport {
  /** What the browser was answered; `undefined` when the process died under it. */
  status: number | undefined;
  /** The exit code of a process that died, or `'alive'`. */
  exit: number | 'alive';
  stderr: string;
}

/** One request to a host process whose Stripe misbehaves in this way: does the process live on? */
export async function askOnce(client: 'createStripe' | 'new Stripe', mode: string): Promise<CrashReport> {
  const upstream = await startBadUpstream({ mode, tls: false });
  const child = fork(join(__dirname, 'fault-crash-host.ts'), [client, String(upstream.port)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = once(child, 'close').then(([code]) => Number(code));
  const started = once(child, 'message').then(([port]) => Number(port));
  const port = await Promise.race([started, exited.then(() => Promise.reject(new Error(stderr)))]);
  const status = await post(port);
  const alive = status === undefined ? undefined : await post(port);
  if (alive !== undefined) child.kill();
  const code = await exited;
  await upstream.close();
  return { status, exit: alive === undefined ? code : 'alive', stderr };
}

async function post(port: number): Promise<number | undefined> {
  const headers = { ...browserHeaders('https://shop.example'), 'x-forwarded-proto': 'https' };
  const url = `http://127.0.0.1:${port}/customer-session`;
  return fetch(url, { method: 'POST', headers }).then(
    ({ status }) => status,
    () => undefined,
  );
}
