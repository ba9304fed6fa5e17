import { Client } from 'pg';
import { createClient } from 'redis';
import { startPostgres } from '../../../examples/cluster/servers/postgres.js';
import type { ServerProcess } from '../../../examples/cluster/servers/processes.js';
import { startRedis } from '../../../examples/cluster/servers/redis.js';
import { REDIS_PREFIX } from './host-settings.js';

/** A kind of store on a real server. */
export interface StoreServer {
  readonly name: 'postgres' | 'redis-server';
  readonly start: () => Promise<ServerProcess>;
  /** Each user's row and its customer, as the server itself holds them. */
  readonly rows: (url: string) => Promise<Map<string, string | null>>;
}

const postgres: StoreServer = {
  name: 'postgres',
  start: () => startPostgres(),
  rows: async (url) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query('SELECT user_id, customer_id FROM stripe_customers');
    await client.end();
    return new Map(rows.map((row) => [row.user_id, row.customer_id]));
  },
};

const redis: StoreServer = {
  name: 'redis-server',
  start: () => startRedis(),
  rows: async (url) => {
    const base = `${REDIS_PREFIX}{test}:u:`;
    const client = createClient({ url });
    await client.connect();
    const keys = await client.keys(`${base}*`);
    const customers = await Promise.all(keys.map((key) => client.hGet(key, 'customer')));
    client.destroy();
    return new Map(keys.map((key, index) => [key.replace(base, ''), customers[index] ?? null]));
  },
};

export const STORE_SERVERS: readonly StoreServer[] = [postgres, redis];
