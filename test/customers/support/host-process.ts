// A host in a process of its own: the router and a directory over a real store. The parent forks it with the
// settings as JSON in its first argument, and is told the port.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { ClientRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { customerDirectory } from '../../../src/customers/directory.js';
import { postgresStore } from '../../../src/customers/postgres.js';
import { redisStore } from '../../../src/customers/redis.js';
import type { CustomerStore } from '../../../src/customers/store.js';
import { customerSessionRouter, savedPaymentMethods } from '../../../src/index.js';
import { createStripe } from '../../../src/stripe/client.js';
import { type CrashStep, type HostProcessSettings, REDIS_PREFIX } from './host-settings.js';

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
  const reach = crashAt(settings.crash);
  const store = crashingStore(await openStore(settings.storeUrl), reach);
  const create = stripe.customers.create.bind(stripe.customers);
  stripe.customers.create = async (...args: Parameters<typeof create>) => {
    const sent = reach.isNext('while Stripe creates') ? creationSent() : undefined;
    const creation = create(...args);
    await sent;
    await reach('while Stripe creates');
    const customer = await creation;
    await reach('after create');
    return customer;
  };
  const directory = customerDirectory({
    stripe,
    store,
    userId: (user: User) => user.id,
    profile: (user) => ({ metadata: { user: user.id, release: String(settings.release ?? 1) } }),
    maxInFlight: 100,
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
      rateLimit: false,
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

// When a request for a customer has left this process.
function creationSent(): Promise<void> {
  const channel = 'http.client.request.start';
  return new Promise((resolve) => {
    const look = (message: unknown) => {
      const { request } = message as { request: ClientRequest };
      if (request.path !== '/v1/customers') return;
      unsubscribe(channel, look);
      request.once('finish', resolve);
    };
    subscribe(channel, look);
  });
}

// A driver is loaded where it is needed: it takes longer than the host itself.
async function openStore(url: string): Promise<CustomerStore> {
  if (url.startsWith('postgres:')) {
    const { Pool } = await import('pg');
    const store = postgresStore(new Pool({ connectionString: url }).on('error', () => undefined));
    await store.ensureSchema();
    return store;
  }
  const { createClient } = await import('redis');
  const client = createClient({ url }).on('error', () => undefined);
  await client.connect();
  return redisStore(client, { prefix: REDIS_PREFIX });
}

/** To be called at each step; never comes back from the one that the process dies at. */
interface Reach {
  (step: CrashStep): Promise<void>;
  /** Whether the process dies when it comes by there the next time. */
  isNext(step: CrashStep): boolean;
}

function crashAt(crash: HostProcessSettings['crash']): Reach {
  let passed = 0;
  const isNext = (step: CrashStep) => step === crash?.step && passed + 1 >= crash.pass;
  const reach = async (step: CrashStep) => {
    if (isNext(step)) await die();
    if (step === crash?.step) passed += 1;
  };
  return Object.assign(reach, { isNext });
}

function crashingStore(store: CustomerStore, reach: Reach): CustomerStore {
  return {
    ...store,
    async begin(...args) {
      await reach('before begin');
      const row = await store.begin(...args);
      await reach('after begin');
      return row;
    },
    async claim(...args) {
      const winner = await store.claim(...args);
      await reach('after claim');
      return winner;
    },
    async renew(...args) {
      await reach('before renew');
      const done = await store.renew(...args);
      await reach('after renew');
      return done;
    },
  };
}

// SIGKILL ends the process before the next line of JavaScript, or soon after: nothing goes on meanwhile.
function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

void main(JSON.parse(process.argv[2] ?? '{}'));
