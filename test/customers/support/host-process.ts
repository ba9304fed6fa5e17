// A host in a process of its own: the router and a directory over a real store. The parent forks it with the
// settings as JSON in its first argument, and is told the port.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Pool } from 'pg';
import { RedisStore } from 'rate-limit-redis';
import { createClient } from 'redis';
import { customerDirectory } from '../../../src/customers/directory.js';
import { postgresStore } from '../../../src/customers/postgres.js';
import { redisStore } from '../../../src/customers/redis.js';
import type { CustomerStore } from '../../../src/customers/store.js';
import { customerSessionRouter, type RateLimitOptions, savedPaymentMethods } from '../../../src/index.js';
import { guardedStore } from '../../../src/rate-limit/guarded-store.js';
import { createStripe } from '../../../src/stripe/client.js';

export interface HostProcessSettings {
  /** `postgres://…` or `redis://…`. */
  storeUrl: string;
  stripe: { key: string; host: string; port: number; protocol: 'http' };
  recreate?: boolean;
  scope?: string;
  deadlineMs?: number;
  /** Limit by rate-limit-redis on this Redis, guarded. */
  limiter?: { url: string; limit: number };
  /** The process kills itself there, the first time it comes by, as a power cut would. */
  crashAt?: 'before create' | 'after create, before claim' | 'after claim, before the session';
}

interface User {
  id: string;
}

const PATIENCE_MS = 100_000;

async function main(settings: HostProcessSettings): Promise<void> {
  const { key, ...config } = settings.stripe;
  // Node.js accepts one connection per turn of its event loop, and the emulator serves four such processes: with many
  // more connections the last ones would wait for as long as the first are busy.
  const patience = { timeout: PATIENCE_MS, attemptTimeoutMs: PATIENCE_MS, maxSockets: 32 };
  const stripe = createStripe(key, { ...config, ...patience });
  const store = crashingStore(await openStore(settings.storeUrl), settings.crashAt);
  if (settings.crashAt === 'before create') stripe.customers.create = crash;
  const directory = customerDirectory({
    stripe,
    store,
    userId: (user: User) => user.id,
    profile: (user) => ({ metadata: { user: user.id } }),
    recreate: settings.recreate ?? false,
    ...(settings.scope === undefined ? {} : { scope: settings.scope }),
  });
  const app = express().set('trust proxy', 'loopback');
  app.use(
    '/customer-session',
    customerSessionRouter<User>({
      authenticate: (req) => ({ id: req.get('x-user') ?? '' }),
      resolveCustomer: directory.resolve,
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe,
      format: 'mobile',
      rateLimit: settings.limiter === undefined ? false : limitBy(settings.limiter),
      deadlineMs: settings.deadlineMs ?? PATIENCE_MS,
      maxInFlight: 10_000,
    }),
  );
  const server = app.listen(0, '127.0.0.1');
  // A connection that is closed as a request goes out on it would be taken for a fault of the router's.
  server.keepAliveTimeout = PATIENCE_MS;
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
  process.once('disconnect', () => process.exit());
}

function limitBy({ url, limit }: { url: string; limit: number }): RateLimitOptions {
  const client = createClient({ url }).on('error', () => undefined);
  client.connect().catch(() => undefined);
  const sendCommand = async (...args: string[]): Promise<never> => client.sendCommand(args);
  return { limit, store: guardedStore(() => new RedisStore({ sendCommand })) };
}

async function openStore(url: string): Promise<CustomerStore> {
  if (url.startsWith('postgres:')) {
    const store = postgresStore(new Pool({ connectionString: url }).on('error', () => undefined));
    await store.ensureSchema();
    return store;
  }
  const client = createClient({ url }).on('error', () => undefined);
  await client.connect();
  return redisStore(client);
}

function crashingStore(store: CustomerStore, crashAt: HostProcessSettings['crashAt']): CustomerStore {
  if (crashAt === 'after create, before claim') return { ...store, claim: crash };
  if (crashAt !== 'after claim, before the session') return store;
  return {
    ...store,
    claim: async (...row) => {
      await store.claim(...row);
      return crash();
    },
  };
}

// SIGKILL ends the process before the next line of JavaScript, or soon after: nothing goes on meanwhile.
function crash(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

void main(JSON.parse(process.argv[2] ?? '{}'));
