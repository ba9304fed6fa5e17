import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import { RedisStore } from 'rate-limit-redis';
import { guardedStore } from '../../../src/rate-limit/guarded-store.js';
import type { GuardedStoreEvent } from '../../../src/rate-limit/guarded-store-options.js';
import { type Driver, redisClient } from './redis-client.js';

export const LIMIT = 10;

export interface LimitedHost {
  readonly events: readonly GuardedStoreEvent[];
  /** That many requests at once under this key; how many got 200. All others must have got 429. */
  passes(key: string, times: number): Promise<number>;
  close(): Promise<void>;
}

interface Settings {
  windowMs?: number;
  driver?: Driver;
}

/** express-rate-limit itself over rate-limit-redis over a client of its own, guarded, behind HTTP. */
export async function startLimitedHost(redisUrl: string, settings: Settings = {}): Promise<LimitedHost> {
  const { windowMs = 600_000, driver = 'node-redis' } = settings;
  const { sendCommand, close } = redisClient(redisUrl, driver);
  const events: GuardedStoreEvent[] = [];
  const store = guardedStore(() => new RedisStore({ sendCommand }), {
    // Long enough that a busy machine is not taken for an outage.
    timeoutMs: 300,
    startupMs: 500,
    retryAfterMs: 200,
    onStateChange: (event) => events.push(event),
  });
  const limiter = rateLimit({
    limit: LIMIT,
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

  return {
    events,
    async passes(key, times) {
      const statuses = await Promise.all(Array.from({ length: times }, () => post(agent, port, key)));
      expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
      return statuses.filter((status) => status === 200).length;
    },
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await close();
      await store.shutdown?.();
    },
  };
}

function post(agent: Agent, port: number, key: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-key': key };
    const req = request({ host: '127.0.0.1', port, method: 'POST', agent, headers }, (res) => {
      res.resume().on('end', () => resolve(res.statusCode ?? 0));
    });
    req.on('error', reject).end();
  });
}
