import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import { Redis } from 'ioredis';
import { RedisStore } from 'rate-limit-redis';
import { createClient } from 'redis';
import { guardedStore } from '../../../src/rate-limit/guarded-store.js';
import type { GuardedStoreEvent } from '../../../src/rate-limit/guarded-store-options.js';

export const LIMIT = 10;
export const WINDOW_MS = 60_000;

export interface Timed {
  key: string;
  status: number;
  /** How long the answer took, without the time in which this process was too busy to look. */
  ms: number;
  /** As a clock on the wall tells it. */
  wallMs: number;
}

export interface LimitedHost {
  events: GuardedStoreEvent[];
  answers: Timed[];
  post(key: string): Promise<Timed>;
  /** Posts one request after another, of ada and of others in turn, four at a time, until `done` or for 30 s. */
  drive(done: () => boolean | Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

interface Settings {
  limit?: number;
  windowMs?: number;
  driver?: keyof typeof DRIVERS;
  timeoutMs?: number;
}

// No connection is awaited: Redis may be down at boot.
function nodeRedis(url: string, disableOfflineQueue: boolean) {
  const client = createClient({ url, disableOfflineQueue }).on('error', () => undefined);
  const connected = client.connect().catch(() => undefined);
  return {
    sendCommand: async (...args: string[]): Promise<never> => client.sendCommand(args),
    close: async () => {
      client.destroy();
      await connected;
    },
  };
}

const DRIVERS = {
  'node-redis': (url: string) => nodeRedis(url, false),
  'node-redis without a queue': (url: string) => nodeRedis(url, true),
  ioredis: (url: string) => {
    const client = new Redis(url).on('error', () => undefined);
    return {
      sendCommand: async (command: string, ...args: string[]) =>
        (await client.call(command, ...args)) as never,
      close: async () => client.disconnect(),
    };
  },
};

/** express-rate-limit over rate-limit-redis over a client of its own, guarded, behind HTTP. */
export async function startLimitedHost(redisUrl: string, settings: Settings = {}): Promise<LimitedHost> {
  const { limit = LIMIT, windowMs = WINDOW_MS, driver = 'node-redis', timeoutMs = 100 } = settings;
  const { sendCommand, close } = DRIVERS[driver](redisUrl);
  const events: GuardedStoreEvent[] = [];
  const answers: Timed[] = [];
  const busy = busyTime();
  const store = guardedStore(() => new RedisStore({ sendCommand }), {
    timeoutMs,
    onStateChange: (event) => void events.push(event),
  });
  const limiter = rateLimit({
    limit,
    windowMs,
    store,
    keyGenerator: (req) => req.get('x-key') ?? '',
    validate: false,
  });
  const server = createServer(express().post('/', limiter, (_req, res) => void res.end()));
  // A connection that is closed as a request goes out on it would be taken for a fault of the limiter's.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });

  async function post(key: string): Promise<Timed> {
    const [startedAt, busyBefore] = [performance.now(), busy.ms()];
    const status = await send(agent, port, key);
    const wallMs = performance.now() - startedAt;
    const answer = { key, status, wallMs, ms: wallMs - (busy.ms() - busyBefore) };
    answers.push(answer);
    return answer;
  }

  return {
    events,
    answers,
    post,
    async drive(done) {
      const endsAt = Date.now() + 30_000;
      for (let turn = 0; Date.now() < endsAt && !(await done()); turn += 1) {
        await Promise.all(['ada', 'ada', `other-${turn % 500}`, `other-${(turn + 1) % 500}`].map(post));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    close: async () => {
      busy.stop();
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await close();
      await store.shutdown?.();
    },
  };
}

// Adds up by how much a timer of 5 ms came late: on a machine that others use, that is not the limiter's time.
function busyTime() {
  let total = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    total += Math.max(0, now - last - 10);
    last = now;
  }, 5);
  return { ms: () => total, stop: () => clearInterval(timer) };
}

function send(agent: Agent, port: number, key: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-key': key };
    const req = request({ host: '127.0.0.1', port, method: 'POST', agent, headers }, (res) => {
      res.resume().on('end', () => resolve(res.statusCode ?? 0));
    });
    req.on('error', reject).end();
  });
}
