// One of the processes: reads its settings from the environment, listens, and drains on SIGTERM.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createStripe, customerDirectory, guardedStore } from 'express-stripe-customer-session';
import { postgresStore } from 'express-stripe-customer-session/postgres';
import { Pool } from 'pg';
import { RedisStore } from 'rate-limit-redis';
import { createClient } from 'redis';
import { createApp } from './app.js';
import { pause } from './servers/processes.js';
import type { User } from './sign-in.js';

// Longer than the router's deadline of 8 s: a request under way gets its answer.
const LONGEST_DRAIN_MS = 10_000;

async function main(): Promise<void> {
  const name = env('SERVER_NAME');
  const log = (text: string) => process.stdout.write(`${name}: ${text}\n`);

  // A query that hangs gives its connection back, and new ones are not waited for without end.
  const pool = new Pool({
    connectionString: env('DATABASE_URL'),
    max: 10,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  }).on('error', () => log('Postgres ended an idle connection'));
  const redis = createClient({ url: env('REDIS_URL'), disableOfflineQueue: true }).on(
    'error',
    () => undefined,
  );
  // Not awaited: the first requests wait for Redis, 2 s at most; without it each process limits by itself.
  redis.connect().catch(() => undefined);
  const stripe = createStripe(env('STRIPE_SECRET_KEY'), emulatorConfig(process.env.STRIPE_EMULATOR));
  const store = postgresStore(pool);
  const sendCommand = async (...args: string[]): Promise<never> => redis.sendCommand(args);

  let ready = false;
  const app = createApp({
    name,
    stripe,
    directory: customerDirectory<User>({
      stripe,
      store,
      userId: (user) => user.name,
      profile: (user) => ({ name: user.name }),
      recreate: true,
    }),
    rateLimit: {
      store: guardedStore(() => new RedisStore({ sendCommand, prefix: 'customer-session:' }), {
        // Ten times the default: here one machine runs everything, and a slow answer is no outage.
        timeoutMs: 1_000,
        onStateChange: ({ state, reason }) => log(`limits are ${state} now (${reason})`),
      }),
    },
    cookieSecret: env('COOKIE_SECRET'),
    isReady: () => ready,
    onEvent: ({ status, outcome }) => {
      if (status >= 500) log(`customer-session ${status} ${outcome}`);
    },
  });
  const server = app.listen(env('SOCKET'));
  await once(server, 'listening');
  process.once('SIGTERM', () => {
    ready = false;
    log('draining');
    void drain(server).then(async () => {
      await Promise.all([stripe.close(), pool.end()]);
      redis.destroy();
    });
  });

  await untilDone(() => store.ensureSchema(), log);
  await stripe.warmUp();
  ready = true;
  log(`ready (pid ${process.pid})`);
}

/** Lets the balancer notice first, then takes no more connections and finishes what is under way. */
async function drain(server: Server): Promise<void> {
  await pause(Number(process.env.DRAIN_NOTICE_MS ?? 5_000));
  await acceptAll(server);
  const late = setTimeout(() => server.closeAllConnections(), LONGEST_DRAIN_MS);
  server.close();
  server.closeIdleConnections();
  await once(server, 'close');
  clearTimeout(late);
}

/** A connection that waits to be accepted is reset by `close()`, and on a busy machine it may have waited all that time. */
async function acceptAll(server: Server): Promise<void> {
  let accepted = 0;
  server.on('connection', () => {
    accepted += 1;
  });
  let before: number;
  do {
    before = accepted;
    // One turn of the event loop, in which Node.js looks at the socket.
    await new Promise((resolve) => setImmediate(resolve));
  } while (accepted > before);
}

// The database may come up after us.
async function untilDone(step: () => Promise<void>, log: (text: string) => void): Promise<void> {
  for (;;) {
    try {
      return await step();
    } catch {
      log('Postgres is not there yet');
      await pause(500);
    }
  }
}

function emulatorConfig(address: string | undefined): Parameters<typeof createStripe>[1] {
  if (address === undefined) return {};
  const { hostname, port } = new URL(address);
  return { host: hostname, port: Number(port), protocol: 'http' };
}

function env(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set.`);
  return value;
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
