import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { freePort } from '../../../examples/cluster/servers/processes.js';
import { browserHeaders } from '../../../src/testing/index.js';

const ROOT = join(__dirname, '..', '..', '..');

export interface ClusterProcess {
  readonly url: string;
  /** All that it has printed. */
  output(): string;
  /** Resolves once the output matches; rejects when the cluster ends before. */
  prints(text: RegExp): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  post(path: string, cookie: string | undefined, body?: string): Promise<HttpAnswer>;
  get(path: string): Promise<HttpAnswer>;
  /** Ends it as Ctrl-C would; gives its exit code. */
  stop(): Promise<number | null>;
}

export interface HttpAnswer {
  status: number;
  body: string;
  cookie: string | undefined;
  /** When the customer's window of the limit ends, by this machine's clock. */
  windowEndsAt: number;
}

/** `npm run start:cluster`, without the build. */
export async function startClusterProcess(): Promise<ClusterProcess> {
  if (!existsSync(join(ROOT, 'dist', 'index.js')))
    throw new Error('Run npm run build first: the example uses dist.');
  const port = await freePort();
  const { STRIPE_SECRET_KEY: _key, REDIS_URL: _redis, DATABASE_URL: _database, ...env } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'examples', 'cluster', 'start.ts')], {
    cwd: ROOT,
    env: { ...env, PORT: `${port}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const looking = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const look of looking) look();
    });
  }
  const exited = once(child, 'exit');
  // As many visitors have a connection open; what comes faster than the machine can do waits here.
  const agent = new Agent({ keepAlive: true, maxSockets: 100, rejectUnauthorized: false });
  const url = `https://localhost:${port}`;

  const prints = (text: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!text.test(output)) return;
        looking.delete(look);
        resolve();
      };
      looking.add(look);
      look();
      void exited.then(() => reject(new Error(`The cluster did not print ${text}:\n${output}`)));
    });

  const send = (method: string, path: string, cookie?: string, body?: string) =>
    new Promise<HttpAnswer>((resolve, reject) => {
      const headers = {
        host: `localhost:${port}`,
        ...(method === 'POST' ? browserHeaders(url) : {}),
        ...(cookie === undefined ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      };
      const req = request({ host: '127.0.0.1', port, path, method, headers, agent }, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        const set = res.headers['set-cookie']?.[0]?.split(';')[0];
        res.on('error', reject).on('end', () => {
          const leftS = Number(/t=(\d+)/.exec(String(res.headers.ratelimit))?.[1]);
          const windowEndsAt = Date.now() + leftS * 1_000;
          resolve({ status: res.statusCode ?? 0, body: text, cookie: set, windowEndsAt });
        });
      });
      req.on('error', reject).end(body);
    });

  await prints(/Stop with Ctrl-C/);
  return {
    url,
    output: () => output,
    prints,
    signal: (signal) => void child.kill(signal),
    post: (path, cookie, body) => send('POST', path, cookie, body),
    get: (path) => send('GET', path),
    stop: async () => {
      agent.destroy();
      child.kill('SIGINT');
      const [code] = await exited;
      return code;
    },
  };
}
