/**
 * `express-stripe-customer-session/redis`: a customer store in Redis.
 * @module redis
 */
import { configError, refuseUnknownKeys } from '../core/config-error.js';
import { type CustomerRow, type CustomerStore, heldByAnother } from './store.js';

/** What `redisStore` needs of a node-redis client, client pool or cluster. */
export interface NodeRedisClient {
  /** Runs a Lua script. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** What `redisStore` needs of an ioredis client or cluster. */
export interface IoRedisClient {
  /** Runs a Lua script. */
  eval(script: string, numkeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Only ioredis has it: it tells the two kinds of client apart. */
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** Options of `redisStore`. */
export interface RedisStoreOptions {
  /**
   * What every key begins with, such as `shop:customers:`. Required, and another one for each app on the same Redis: two
   * that share it share their customers. No braces.
   */
  prefix: string;
}

// All that the store does, in one script: Redis runs one at a time, so each method is atomic. The user's row is a hash;
// the second key says whose the customer is (D10). Gives the row, whether it was changed, and whether it was refused.
const SCRIPT = `local method, user, a, b = unpack(ARGV)
local row = redis.call('HMGET', KEYS[1], 'customer', 'key')
local changed, refused = 0, 0
if method == 'begin' and not row[2] and (not row[1] or row[1] == b) then
  redis.call('HSET', KEYS[1], 'key', a)
  changed = 1
elseif method == 'renew' and row[2] == a then
  redis.call('HSET', KEYS[1], 'key', b)
  changed = 1
elseif method == 'claim' and not row[1] or method == 'replace' and row[1] == a then
  local owner = redis.call('GET', KEYS[2])
  if owner and owner ~= user then
    refused = 1
  else
    if KEYS[3] and KEYS[3] ~= KEYS[2] then redis.call('DEL', KEYS[3]) end
    redis.call('SET', KEYS[2], user)
    redis.call('HSET', KEYS[1], 'customer', method == 'claim' and a or b)
    redis.call('HDEL', KEYS[1], 'key')
    changed = 1
  end
end
row = redis.call('HMGET', KEYS[1], 'customer', 'key')
return {row[1] or '', row[2] or '', changed, refused}`;

/** One method of the store, as the script takes it. */
interface Call {
  readonly method: keyof CustomerStore;
  readonly scope: string;
  readonly userId: string;
  readonly args?: readonly string[];
  /** The customers whose owners are looked at: the new one, then the one that it takes the place of. */
  readonly customers?: readonly string[];
}

type RunScript = (keys: string[], args: string[]) => Promise<unknown>;

/**
 * Customers in Redis, over a client or a cluster of node-redis (4 and later) or of ioredis. This Redis is a database, not
 * a cache: it needs `appendonly yes` and `maxmemory-policy noeviction`, or users lose their customers
 * (docs/operations.md). Keys have no expiry. In a cluster all rows of a scope are in one slot.
 *
 * @throws TypeError at construction for a client without `eval`, and for a prefix that is missing or has braces.
 */
export function redisStore(
  client: NodeRedisClient | IoRedisClient,
  options: RedisStoreOptions,
): CustomerStore {
  if (typeof client?.eval !== 'function') {
    throw configError('client', client, 'Pass a connected client of node-redis or of ioredis.');
  }
  const prefix = keyPrefix(options);
  const runScript = scriptRunner(client);

  async function run({ method, scope, userId, args = [], customers = [] }: Call): Promise<Reply> {
    // The braces make it one slot of a cluster. The scope is encoded, so that it has no brace and no colon of its own.
    const base = `${prefix}{${encodeURIComponent(scope)}}`;
    const keys = [`${base}:u:${userId}`, ...customers.map((customer) => `${base}:c:${customer}`)];
    const reply = readReply(await runScript(keys, [method, userId, ...args]));
    if (reply.refused) throw heldByAnother();
    return reply;
  }

  return {
    get: async (scope, userId) => (await run({ method: 'get', scope, userId })).row,
    async begin(scope, userId, key, insteadOf = '') {
      return (await run({ method: 'begin', scope, userId, args: [key, insteadOf] })).row;
    },
    async renew(scope, userId, expected, key) {
      return (await run({ method: 'renew', scope, userId, args: [expected, key] })).changed;
    },
    async claim(scope, userId, customer) {
      const call = { scope, userId, args: [customer], customers: [customer] };
      return (await run({ method: 'claim', ...call })).row.customer ?? '';
    },
    async replace(scope, userId, expected, next) {
      const call = { scope, userId, args: [expected, next], customers: [next, expected] };
      return (await run({ method: 'replace', ...call })).changed;
    },
  };
}

function scriptRunner(client: NodeRedisClient | IoRedisClient): RunScript {
  if (isIoRedis(client)) return (keys, args) => client.eval(SCRIPT, keys.length, ...keys, ...args);
  return (keys, args) => client.eval(SCRIPT, { keys, arguments: args });
}

function isIoRedis(client: NodeRedisClient | IoRedisClient): client is IoRedisClient {
  return 'call' in client && typeof client.call === 'function';
}

interface Reply {
  readonly row: CustomerRow;
  readonly changed: boolean;
  readonly refused: boolean;
}

function readReply(reply: unknown): Reply {
  const [customer, creationKey, changed, refused] = Array.isArray(reply) ? reply : [];
  if (typeof customer !== 'string' || typeof creationKey !== 'string') {
    throw new TypeError(
      'The Redis client gave a reply that holds no strings. Replies must come as strings, not as buffers.',
    );
  }
  return {
    row: { customer: customer || undefined, creationKey: creationKey || undefined },
    // ioredis gives '1' with its option stringNumbers.
    changed: Number(changed) === 1,
    refused: Number(refused) === 1,
  };
}

function keyPrefix(options: RedisStoreOptions): string {
  const fix =
    'Name the app that the keys belong to: redisStore(client, { prefix: "shop:customers:" }). No braces; and no two apps ' +
    'with one prefix on the same Redis, since they would share their customers.';
  if (typeof options !== 'object' || options === null) throw configError('prefix', undefined, fix);
  refuseUnknownKeys('redisStore()', options, ['prefix']);
  const { prefix } = options;
  if (typeof prefix === 'string' && prefix !== '' && !/[{}]/.test(prefix)) return prefix;
  throw configError('prefix', prefix, fix);
}
