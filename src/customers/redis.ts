import { configError, refuseUnknownKeys } from '../core/config-error.js';
import type { CustomerStore } from './store.js';

/** What `redisStore` needs of a node-redis client, client pool or cluster. */
export interface NodeRedisClient {
  get(key: string): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** What `redisStore` needs of an ioredis client or cluster. */
export interface IoRedisClient {
  get(key: string): Promise<unknown>;
  eval(script: string, numkeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Only ioredis has it: it tells the two kinds of client apart. */
  call(command: string, ...args: string[]): Promise<unknown>;
}

export interface RedisStoreOptions {
  /** What every key begins with. Default: `stripe-customer:`. */
  prefix?: string;
}

// One key, one round trip, and atomic because Redis runs one script at a time.
const CLAIM = `local held = redis.call('GET', KEYS[1])
if held then return held end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]`;

const REPLACE = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`;

type RunScript = (script: string, key: string, args: string[]) => Promise<unknown>;

/**
 * Customers in Redis, over a client of node-redis (4 and later) or of ioredis. This Redis is a database, not a
 * cache: it needs `appendonly yes` and `maxmemory-policy noeviction`, or users lose their customers
 * (docs/operations.md). Keys have no expiry.
 *
 * @throws TypeError at construction for a client without `get` and `eval`, and for a prefix that is no string.
 */
export function redisStore(
  client: NodeRedisClient | IoRedisClient,
  options: RedisStoreOptions = {},
): CustomerStore {
  if (typeof client?.get !== 'function' || typeof client.eval !== 'function') {
    throw configError('client', client, 'Pass a connected client of node-redis or of ioredis.');
  }
  refuseUnknownKeys('redisStore', options, ['prefix']);
  const prefix = keyPrefix(options.prefix);
  const runScript = scriptRunner(client);
  // The scope is encoded, so that it holds no colon: `a` + `b:c` and `a:b` + `c` are two keys.
  const keyOf = (scope: string, userId: string) => `${prefix}${encodeURIComponent(scope)}:${userId}`;

  return {
    async get(scope, userId) {
      const held = await client.get(keyOf(scope, userId));
      return held === null ? undefined : stringIn(held);
    },
    async claim(scope, userId, customerId) {
      return stringIn(await runScript(CLAIM, keyOf(scope, userId), [customerId]));
    },
    async replace(scope, userId, expectedOld, next) {
      // ioredis gives '1' with its option stringNumbers.
      return Number(await runScript(REPLACE, keyOf(scope, userId), [expectedOld, next])) === 1;
    },
  };
}

function scriptRunner(client: NodeRedisClient | IoRedisClient): RunScript {
  if (isIoRedis(client)) return (script, key, args) => client.eval(script, 1, key, ...args);
  return (script, key, args) => client.eval(script, { keys: [key], arguments: args });
}

function isIoRedis(client: NodeRedisClient | IoRedisClient): client is IoRedisClient {
  return 'call' in client && typeof client.call === 'function';
}

function stringIn(reply: unknown): string {
  if (typeof reply === 'string') return reply;
  throw new TypeError(
    'The Redis client gave a reply that is no string. Replies must come as strings, not as buffers.',
  );
}

function keyPrefix(prefix: unknown = 'stripe-customer:'): string {
  if (typeof prefix === 'string') return prefix;
  throw configError('prefix', prefix, 'Pass a string, such as "stripe-customer:".');
}
