import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { browserHeaders, type StripeEmulator } from '../../../src/testing/index.js';
import { until } from '../../support/until.js';
import type { Driver } from './redis-client.js';

export interface LimitedProcesses {
  /** That many requests of this user to each process, all at once; how many sessions there were, by process. */
  sessions(user: string, each: number): Promise<number[]>;
  /** How many requests have come to all of them. */
  arrived(): number;
  /** Resolves once the limit of each process has changed to this state since the last call. */
  allAre(state: 'shared' | 'local'): Promise<void>;
  states(): string[][];
  kill(): Promise<void>;
}

interface Settings {
  redisUrl: string;
  driver: Driver;
  limit: number;
  stripe: { key: string; host: string; port: number };
}

type Told = { port: number } | { arrived: number } | { state: string };

interface Limited {
  child: ChildProcess;
  exited: Promise<unknown>;
  port: number;
  arrived: number;
  states: string[];
}

/** One process for each driver, all with the router's limit in this Redis. */
export async function startLimitedProcesses(
  drivers: readonly Driver[],
  redisUrl: string,
  emulator: StripeEmulator,
  limit: number,
): Promise<LimitedProcesses> {
  const { secretKey: key, host, port } = emulator;
  const settings = { redisUrl, limit, stripe: { key, host, port } };
  const processes = await Promise.all(drivers.map((driver) => startOne({ ...settings, driver })));
  const agent = new Agent({ keepAlive: true, maxSockets: 200 });

  return {
    sessions: (user, each) =>
      Promise.all(
        processes.map(async ({ port: to }) => {
          const statuses = await Promise.all(Array.from({ length: each }, () => post(agent, to, user)));
          expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
          return statuses.filter((status) => status === 200).length;
        }),
      ),
    arrived: () => processes.reduce((sum, { arrived }) => sum + arrived, 0),
    allAre: (state) => until(() => processes.every(({ states }) => states.at(-1) === state)),
    states: () => processes.map(({ states }) => states),
    async kill() {
      agent.destroy();
      for (const { child } of processes) child.kill('SIGKILL');
      await Promise.all(processes.map(({ exited }) => exited));
    },
  };
}

async function startOne(settings: Settings): Promise<Limited> {
  if (!existsSync(join(__dirname, '..', '..', '..', 'dist', 'index.js')))
    throw new Error('Run npm run build first: the processes run what is built.');
  const child = fork(join(__dirname, 'limited-process.mjs'), [JSON.stringify(settings)], {
    execArgv: ['--no-warnings'],
  });
  const limited: Limited = { child, exited: once(child, 'exit'), port: 0, arrived: 0, states: [] };
  const listens = new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', () => reject(new Error('A host process ended before it listened.')));
  });
  child.on('message', (told: Told) => {
    if ('state' in told) limited.states.push(told.state);
    else Object.assign(limited, told);
  });
  await listens;
  return limited;
}

function post(agent: Agent, port: number, user: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...browserHeaders('https://shop.example'),
      host: 'shop.example',
      'x-forwarded-proto': 'https',
      'x-user': user,
    };
    const path = '/customer-session';
    const req = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent }, (res) => {
      res.resume().on('end', () => resolve(res.statusCode ?? 0));
    });
    req.on('error', reject).end();
  });
}
