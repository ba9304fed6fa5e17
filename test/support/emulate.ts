import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../examples/cluster/servers/processes.js';

/** The npm package `emulate`, a Stripe that this project did not write, in a process of its own. */
export interface Emulate {
  /** For `createStripe(key, emulate.stripeConfig)`; it takes any key. */
  readonly stripeConfig: { readonly host: string; readonly port: number; readonly protocol: 'http' };
  readonly close: () => Promise<void>;
}

const CLI = path.join(__dirname, '..', '..', 'node_modules', 'emulate', 'dist', 'index.js');
const OLDER_NODE = path.join(__dirname, 'emulate-before-node-22.mjs');
const ATTEMPTS = 3;

/** Starts it with these customers. */
export async function startEmulate(customers: readonly { id: string; email: string }[]): Promise<Emulate> {
  const folder = mkdtempSync(path.join(tmpdir(), 'emulate-'));
  writeFileSync(path.join(folder, 'seed.json'), JSON.stringify({ stripe: { customers } }));
  // It cannot choose a port by itself, and one that was free may be taken a moment later.
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = spawnEmulate(folder, port);
    const failure = await ready(child);
    if (failure === undefined) {
      return {
        stripeConfig: { host: '127.0.0.1', port, protocol: 'http' },
        close: () => stop(child).finally(() => rmSync(folder, { recursive: true, force: true })),
      };
    }
    if (attempt === ATTEMPTS) throw new Error(`emulate did not start: ${failure}`);
  }
}

function spawnEmulate(folder: string, port: number): ChildProcess {
  const older = 'registerHooks' in nodeModule ? [] : ['--import', OLDER_NODE];
  const args = ['start', '--service', 'stripe', '--port', String(port), '--seed', 'seed.json'];
  return spawn(process.execPath, [...older, CLI, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

// What it said where it ended instead.
function ready(child: ChildProcess): Promise<string | undefined> {
  let said = '';
  return new Promise((resolve) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Ready.')) resolve(undefined);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('exit', () => resolve(said));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
