import type { Socket } from 'node:net';
import type { Connector } from './connect.js';

export interface PoolSettings {
  readonly maxSockets: number;
  readonly keepAliveMs: number;
  readonly connectTimeoutMs: number;
}

/** One connection, and what is known of it. */
export interface Connection {
  readonly socket: Socket;
  state: 'connecting' | 'idle' | 'busy' | 'closed';
  /** It has been used or idle before: the server may have closed it without our knowing yet. */
  reused: boolean;
  idleSince: number;
  idleLimitMs: number;
}

type Taker = (connection: Connection | undefined, error?: unknown) => void;

// A server that closes at N seconds has begun to before we see it; Node's own agent keeps the same distance.
const CLOSING_MARGIN_MS = 1_000;
const SWEEP_MS = 5_000;

/**
 * The connections to one origin. The newest idle one is used first, so that those not needed grow old and are closed
 * before the server does it. A caller that has to wait takes the first connection that comes, be it a new one or one
 * that another caller gave back.
 */
export class ConnectionPool {
  readonly #connector: Connector;
  readonly #settings: PoolSettings;
  /** Oldest first. */
  #idle: Connection[] = [];
  readonly #waiting = new Set<Taker>();
  readonly #connecting = new Set<Connection>();
  readonly #busy = new Set<Connection>();
  #warming = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(connector: Connector, settings: PoolSettings) {
    this.#connector = connector;
    this.#settings = settings;
  }

  /**
   * Calls `take` with a connection, at once where one is idle; or with the error of connecting. With `fresh`, idle
   * ones are passed over. Returns how to give up waiting.
   */
  acquire(fresh: boolean, take: Taker): () => void {
    const idle = fresh ? undefined : this.#takeIdle();
    if (idle) {
      take(idle);
      return () => undefined;
    }
    this.#waiting.add(take);
    this.#connectForWaiting();
    return () => {
      if (this.#waiting.delete(take)) this.#dropNeedless();
    };
  }

  /** Gives a connection back after a whole answer. `keepAliveS` is the `timeout` of the answer's `Keep-Alive`. */
  release(connection: Connection, keepAliveS: number | undefined): void {
    if (connection.state !== 'busy') return;
    this.#busy.delete(connection);
    connection.reused = true;
    const { keepAliveMs } = this.#settings;
    connection.idleLimitMs =
      keepAliveS === undefined ? keepAliveMs : Math.min(keepAliveMs, keepAliveS * 1_000 - CLOSING_MARGIN_MS);
    this.#offer(connection);
  }

  /** Opens connections until `count` are idle. Resolves with how many are, once all have opened or failed. */
  async warmUp(count: number): Promise<number> {
    const room = this.#settings.maxSockets - this.#size;
    const missing = Math.min(count - this.#idle.length, room);
    const opened = Array.from({ length: Math.max(0, missing) }, async () => {
      this.#warming += 1;
      await new Promise<void>((settled) => this.#open(settled));
      this.#warming -= 1;
    });
    await Promise.all(opened);
    return this.#idle.length;
  }

  /** Closes what nobody uses. */
  closeIdle(): void {
    for (const { socket } of this.#idle) socket.destroy();
  }

  /** Closes everything. */
  destroy(): void {
    for (const { socket } of [...this.#idle, ...this.#connecting, ...this.#busy]) socket.destroy();
  }

  get #size(): number {
    return this.#idle.length + this.#connecting.size + this.#busy.size;
  }

  #takeIdle(): Connection | undefined {
    const now = performance.now();
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      const usable = connection.socket.writable && now - connection.idleSince < connection.idleLimitMs;
      if (usable) {
        connection.socket.ref();
        this.#toBusy(connection);
        return connection;
      }
      connection.socket.destroy();
    }
    return undefined;
  }

  #toBusy(connection: Connection): void {
    connection.state = 'busy';
    this.#busy.add(connection);
  }

  // To whoever has waited longest, else among the idle ones.
  #offer(connection: Connection): void {
    if (!connection.socket.writable) {
      connection.socket.destroy();
      return;
    }
    const [take] = this.#waiting;
    if (take) {
      this.#waiting.delete(take);
      this.#toBusy(connection);
      take(connection);
    } else if (connection.idleLimitMs <= 0) {
      connection.socket.destroy();
    } else {
      connection.state = 'idle';
      connection.reused = true;
      connection.idleSince = performance.now();
      // An idle connection keeps no process alive.
      connection.socket.unref();
      this.#idle.push(connection);
      this.#sweep ??= setInterval(() => this.#closeOld(), SWEEP_MS).unref();
    }
  }

  #connectForWaiting(): void {
    while (this.#connecting.size - this.#warming < this.#waiting.size) {
      if (this.#size >= this.#settings.maxSockets) {
        const [oldest] = this.#idle;
        if (!oldest) return;
        this.#forget(oldest);
        oldest.socket.destroy();
      }
      this.#open(() => undefined);
    }
  }

  // Who gave up waiting leaves no connection attempt behind: the oldest has hung longest.
  #dropNeedless(): void {
    if (this.#connecting.size - this.#warming <= this.#waiting.size) return;
    const [oldest] = this.#connecting;
    oldest?.socket.destroy();
  }

  #open(settled: () => void): void {
    const socket = this.#connector.connect();
    const connection: Connection = {
      socket,
      state: 'connecting',
      reused: false,
      idleSince: 0,
      idleLimitMs: this.#settings.keepAliveMs,
    };
    this.#connecting.add(connection);
    const timer = setTimeout(() => socket.destroy(timeoutError()), this.#settings.connectTimeoutMs);
    let failure: unknown;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.once(this.#connector.connectedEvent, () => {
      clearTimeout(timer);
      this.#connecting.delete(connection);
      this.#offer(connection);
      settled();
    });
    // Nobody asked an idle connection anything: bytes that come on it would be taken for the next answer.
    socket.on('data', () => {
      if (connection.state === 'idle') socket.destroy();
    });
    socket.on('end', () => {
      if (connection.state === 'idle') socket.destroy();
    });
    socket.once('close', () => {
      clearTimeout(timer);
      const wasConnecting = this.#connecting.has(connection);
      this.#forget(connection);
      if (wasConnecting) this.#connectFailed(failure);
      this.#connectForWaiting();
      settled();
    });
  }

  #connectFailed(error: unknown): void {
    this.#connector.forgetSession();
    // Those who still have a connection on its way wait for that one.
    if (this.#connecting.size - this.#warming >= this.#waiting.size) return;
    const [take] = this.#waiting;
    if (!take) return;
    this.#waiting.delete(take);
    take(undefined, error);
  }

  #forget(connection: Connection): void {
    if (connection.state === 'idle') this.#idle = this.#idle.filter((other) => other !== connection);
    connection.state = 'closed';
    this.#connecting.delete(connection);
    this.#busy.delete(connection);
  }

  #closeOld(): void {
    const now = performance.now();
    for (const { socket, idleSince, idleLimitMs } of this.#idle) {
      if (now - idleSince >= idleLimitMs) socket.destroy();
    }
    if (this.#idle.length === 0) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
    }
  }
}

function timeoutError(): Error {
  return Object.assign(new Error('connect timed out'), { code: 'ETIMEDOUT' });
}
