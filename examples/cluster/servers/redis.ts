import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, requireBinary, type ServerProcess, startServer } from './processes.js';

export interface RedisOptions {
  /** More arguments of redis-server, such as `['--maxmemory', '1mb']`. */
  args?: string[];
  /** Listen here: a server that comes back, comes back on its port. */
  port?: number;
}

/** A Redis of our own, in memory alone, in a temporary folder, on loopback. */
export async function startRedis({ args = [], port }: RedisOptions = {}): Promise<ServerProcess> {
  const command = requireBinary('redis-server');
  const directory = mkdtempSync(join(tmpdir(), 'escs-redis-'));
  const listening = port ?? (await freePort());
  const own = [
    '--port',
    `${listening}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  return startServer({
    command,
    args: [...own, ...args],
    port: listening,
    directory,
    url: `redis://127.0.0.1:${listening}`,
    isReady: () => answersPing(listening),
  });
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const finish = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.once('data', (reply) => finish(reply.toString().startsWith('+PONG')));
    socket.once('error', () => finish(false));
    socket.setTimeout(1_000, () => finish(false));
  });
}
