import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { browserHeaders, type StripeEmulator } from '../../../src/testing/index.js';
import type { HostProcessSettings } from './host-settings.js';

export interface HostProcess {
  child: ChildProcess;
  exited: Promise<unknown>;
  /** Asks for a session as this user; rejects when the process dies under it. */
  post(user: string): Promise<ProcessAnswer>;
  kill(): Promise<unknown>;
}

export interface ProcessAnswer {
  user: string;
  status: number;
  json: { customerId?: string; code?: string };
}

export function stripeOf({ secretKey: key, host, port }: StripeEmulator): HostProcessSettings['stripe'] {
  return { key, host, port, protocol: 'http' };
}

let program: string | undefined;

/** The host as one file of JavaScript, which starts in half the time that TypeScript takes. */
function hostProgram(): string {
  const directory = mkdtempSync(join(__dirname, '..', '..', '..', 'node_modules', '.host-process-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const outfile = join(directory, 'host-process.cjs');
  const entry = join(__dirname, 'host-process.ts');
  buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', packages: 'external' });
  return outfile;
}

/** A host in its own process, once it listens. */
export async function startHostProcess(settings: HostProcessSettings): Promise<HostProcess> {
  program ??= hostProgram();
  const child = fork(program, [JSON.stringify(settings)]);
  const exited = once(child, 'exit');
  const port = await Promise.race([
    once(child, 'message').then(([told]) => Number(told)),
    exited.then(neverListened),
  ]);
  // "At once" is as many as this; the others queue here.
  const agent = new Agent({ keepAlive: true, maxSockets: 500 });
  return {
    child,
    exited,
    post: (user) => post(agent, port, user),
    kill: () => {
      agent.destroy();
      child.kill('SIGKILL');
      return exited;
    },
  };
}

function neverListened(): never {
  throw new Error('The host process ended before it listened.');
}

function post(agent: Agent, port: number, user: string): Promise<ProcessAnswer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...browserHeaders('https://shop.example'),
      host: 'shop.example',
      'x-forwarded-proto': 'https',
      'x-user': user,
    };
    const path = '/customer-session';
    const req = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      res
        .on('error', reject)
        .on('end', () => resolve({ user, status: res.statusCode ?? 0, json: JSON.parse(text) }));
    });
    req.on('error', reject).end();
  });
}

/** In an order of its own that a seed decides. */
export function shuffled<T>(items: readonly T[], seed = 1): T[] {
  let state = seed;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
