import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StripeEmulator, startStripeEmulator } from 'express-stripe-customer-session/testing';
import { localCertificate } from '../storefront/certificate.js';
import { type Slot, startSlot } from './application.js';
import { startNginx } from './servers/nginx.js';
import { startPostgres } from './servers/postgres.js';
import type { ServerProcess } from './servers/processes.js';
import { startRedis } from './servers/redis.js';

export interface ClusterOptions {
  /** How many server processes. Default 4. */
  processes?: number;
  /** Where nginx listens. Default: any free port. */
  port?: number;
  /** Used instead of servers of our own. */
  redisUrl?: string | undefined;
  databaseUrl?: string | undefined;
  /** A test key of Stripe's. Without it the emulator stands in. */
  stripeKey?: string | undefined;
  log?: (text: string) => void;
}

export interface Cluster {
  readonly url: string;
  /** The certificate of `url`, made now. */
  readonly certificate: string;
  readonly slots: readonly Slot[];
  /** Servers of our own; `undefined` where a URL was given. */
  readonly redis: ServerProcess | undefined;
  readonly postgres: ServerProcess | undefined;
  readonly emulator: StripeEmulator | undefined;
  /** Replaces every process, one after another. */
  rollingRestart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts whatever is not given, then the processes, then nginx in front of them. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { processes = 4, log = () => undefined } = options;
  const redis = options.redisUrl === undefined ? await startRedis() : undefined;
  const postgres = options.databaseUrl === undefined ? await startPostgres() : undefined;
  const emulator = options.stripeKey === undefined ? await startStripeEmulator() : undefined;
  const directory = mkdtempSync(join(tmpdir(), 'escs-cluster-'));
  const env = {
    REDIS_URL: options.redisUrl ?? redis?.url ?? '',
    DATABASE_URL: options.databaseUrl ?? postgres?.url ?? '',
    STRIPE_SECRET_KEY: options.stripeKey ?? emulator?.secretKey ?? '',
    COOKIE_SECRET: randomBytes(32).toString('hex'),
    // The link has moved on before a process is told to stop, so there is little to wait for.
    DRAIN_NOTICE_MS: '250',
    ...(emulator === undefined ? {} : { STRIPE_EMULATOR: emulator.url }),
  };
  const names = Array.from({ length: processes }, (_, index) => `server-${index + 1}`);
  const slots = await Promise.all(names.map((name) => startSlot(name, { directory, env, log })));
  const certificate = await localCertificate();
  const nginx = await startNginx({
    upstreams: slots.map(({ socket }) => `unix:${socket}`),
    tls: certificate,
    ...(options.port === undefined ? {} : { port: options.port }),
  });

  return {
    url: nginx.url,
    certificate: certificate.cert,
    slots,
    redis,
    postgres,
    emulator,
    async rollingRestart() {
      for (const slot of slots) await slot.replace();
    },
    // From the front to the back: nothing loses what it still needs.
    async stop() {
      await nginx.stop();
      await Promise.all(slots.map((slot) => slot.stop()));
      await Promise.all([redis?.stop(), postgres?.stop(), emulator?.close()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
