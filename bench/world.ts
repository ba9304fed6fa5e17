import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';
import { type Load, loadOn } from './load.js';
import { type Child, startChild } from './processes.js';
import type { StartCall } from './rival-process.js';
import type { UpstreamCounts, UpstreamSettings } from './upstream.js';

export interface Upstream {
  port: number;
  set(settings: UpstreamSettings): Promise<void>;
  counts(): Promise<UpstreamCounts>;
}

export interface Rival {
  name: string;
  child: Child;
  load: Load;
  stop(): Promise<void>;
}

/** The processes of one run, and one certificate that all of them trust. */
export interface World {
  upstream(settings?: UpstreamSettings & { roundTripMs?: number }): Promise<Upstream>;
  rival(start: StartCall): Promise<Rival>;
  close(): Promise<void>;
}

/** `node`: what the rivals run on; the upstream and the load stay on this Node.js. */
export async function createWorld(node: string): Promise<World> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const ca = path.join(folder, 'ca.pem');
  await writeFile(ca, cert);
  const children = new Set<Child>();

  async function child(script: string, options: Parameters<typeof startChild>[1]): Promise<Child> {
    const started = await startChild(script, options);
    children.add(started);
    return started;
  }

  async function rival({ traced = false, ...start }: StartCall): Promise<Rival> {
    const env = { NODE_EXTRA_CA_CERTS: ca, NODE_ENV: 'production' };
    const execArgv = traced ? ['--require', path.join(__dirname, 'traced.cjs')] : [];
    const started = await child('rival-process.ts', { node, env, execArgv });
    const load = loadOn(await started.call<number>('start', start));
    return {
      name: traced ? `${start.rival}, traced` : start.rival,
      child: started,
      load,
      async stop() {
        await load.close();
        await started.stop();
        children.delete(started);
      },
    };
  }

  return {
    async upstream(settings = {}) {
      const started = await child('upstream.ts', {});
      const port = await started.call<number>('start', { cert, key, ...settings });
      return {
        port,
        set: (next) => started.call('set', next),
        counts: () => started.call('counts'),
      };
    },
    rival,
    async close() {
      await Promise.all([...children].map((one) => one.stop()));
      await rm(folder, { recursive: true });
    },
  };
}
