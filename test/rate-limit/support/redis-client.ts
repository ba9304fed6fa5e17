import { Redis } from 'ioredis';
import { createClient } from 'redis';

export type Driver = 'node-redis' | 'node-redis without a queue' | 'ioredis';

// Sooner than by default, so that the tests take less time.
const RECONNECT_MS = 50;

export interface RedisClient {
  /** As rate-limit-redis takes it. */
  readonly sendCommand: (...args: string[]) => Promise<never>;
  readonly close: () => Promise<void>;
}

/** A client whose connection nobody waited for, as most apps make it. */
export function redisClient(url: string, driver: Driver): RedisClient {
  if (driver === 'ioredis') {
    const client = new Redis(url, { retryStrategy: () => RECONNECT_MS }).on('error', () => undefined);
    return {
      sendCommand: async (command = '', ...args) => (await client.call(command, ...args)) as never,
      close: async () => client.disconnect(),
    };
  }
  const disableOfflineQueue = driver === 'node-redis without a queue';
  const socket = { reconnectStrategy: RECONNECT_MS };
  const client = createClient({ url, disableOfflineQueue, socket }).on('error', () => undefined);
  const connected = client.connect().catch(() => undefined);
  return {
    sendCommand: async (...args) => client.sendCommand(args),
    close: async () => {
      client.destroy();
      await connected;
    },
  };
}

/** Runs commands over a connection of its own, as an operator does; gives the last answer. */
export async function redisCli(port: number, ...commands: string[][]): Promise<unknown> {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  await client.connect();
  let answer: unknown;
  for (const command of commands) answer = await client.sendCommand(command);
  client.destroy();
  return answer;
}
