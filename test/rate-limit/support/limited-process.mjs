// A host in a process of its own: the router as built, with its limit in Redis, guarded. The parent forks it with its
// settings as JSON in the first argument, and is told the port, how many requests have come, and each change of the
// limit's state.
import { once } from 'node:events';
import express from 'express';
import {
  buyButton,
  createStripe,
  customerSessionRouter,
  guardedStore,
} from 'express-stripe-customer-session';
import { RedisStore } from 'rate-limit-redis';

const PATIENCE_MS = 100_000;
const { redisUrl, driver, limit, stripe } = JSON.parse(process.argv[2]);

// No connection is awaited, as in most apps.
async function senderOver(name) {
  if (name === 'ioredis') {
    const { Redis } = await import('ioredis');
    const client = new Redis(redisUrl, { retryStrategy: () => 50 }).on('error', () => undefined);
    return (command, ...args) => client.call(command, ...args);
  }
  const { createClient } = await import('redis');
  const disableOfflineQueue = name === 'node-redis without a queue';
  const client = createClient({ url: redisUrl, disableOfflineQueue, socket: { reconnectStrategy: 50 } });
  client.on('error', () => undefined);
  client.connect().catch(() => undefined);
  return async (...args) => client.sendCommand(args);
}

const sendCommand = await senderOver(driver);
const app = express().set('trust proxy', 'loopback');
let arrived = 0;
app.use((_req, _res, next) => {
  arrived += 1;
  process.send({ arrived });
  next();
});
app.use(
  '/customer-session',
  customerSessionRouter({
    authenticate: (req) => req.get('x-user'),
    resolveCustomer: (user) => `cus_${user}`,
    components: buyButton(),
    stripe: createStripe(stripe.key, {
      host: stripe.host,
      port: stripe.port,
      protocol: 'http',
      timeout: PATIENCE_MS,
      attemptTimeoutMs: PATIENCE_MS,
      maxSockets: 32,
    }),
    deadlineMs: PATIENCE_MS,
    maxInFlight: 1_000,
    rateLimit: {
      limit,
      // Longer than any of this takes: it all happens in one window.
      windowMs: 600_000,
      store: guardedStore(() => new RedisStore({ sendCommand }), {
        // A process that waits for its share of the machine does not look like an outage.
        timeoutMs: 3_000,
        startupMs: 60_000,
        retryAfterMs: 200,
        onStateChange: ({ state }) => process.send({ state }),
      }),
    },
  }),
);
const server = app.listen(0, '127.0.0.1');
// A connection that is closed as a request goes out on it would be taken for a fault of the router's.
server.keepAliveTimeout = 0;
await once(server, 'listening');
process.send({ port: server.address().port });
process.once('disconnect', () => process.exit());
