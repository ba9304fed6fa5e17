import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** The spare is kept for this long after the last call: in a shop at night nobody needs it. */
const KEPT_MS = 15 * 60_000;
/** How often a spare is opened again while no call comes: the server may close its idle connections at once. */
const REOPEN_EVERY_MS = 15_000;

/**
 * One connection to Stripe that is ready before it is needed. It is opened when a call connects (a process whose calls are
 * mocked opens none) or by `warmUp()`, and opened again when it was used or the server closed it.
 */
export class SpareConnection {
  readonly #connect: () => Duplex | null | undefined;
  readonly #handedOut = new WeakSet<Duplex>();
  #socket: Socket | undefined;
  #isReady = false;
  #openedAt = 0;
  /** A call has come since the spare was last opened again: it may be once more, at once. */
  #mayReopen = false;
  #farewell: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(connect: () => Duplex | null | undefined) {
    this.#connect = connect;
  }

  /** The spare, where there is one and it is connected. It is the caller's from then on. */
  take(): Socket | undefined {
    const socket = this.#socket;
    if (socket === undefined || !this.#isReady || !socket.writable) return undefined;
    this.#socket = undefined;
    // Nobody asked it anything: bytes that came would be taken for the answer to the next call.
    if (socket.readableLength > 0) {
      socket.destroy();
      return undefined;
    }
    socket.off('timeout', destroy).ref();
    this.#handedOut.add(socket);
    return socket;
  }

  /** Whether `take` gave it: the server may have closed it before its first request. */
  wasHandedOut(socket: Duplex): boolean {
    return this.#handedOut.has(socket);
  }

  /** A call goes out over a connection: keeps the spare for another while, and opens one where there is none. */
  noteCall(): void {
    if (this.#closed) return;
    this.#stay();
    if (this.#socket === undefined) this.#open();
    this.#mayReopen = true;
  }

  /** Resolves with whether the spare is connected; never rejects. */
  warmUp(): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    this.#stay();
    if (this.#socket === undefined) this.#open();
    const socket = this.#socket;
    if (socket === undefined || this.#isReady) return Promise.resolve(this.#isReady);
    // Whoever warms up waits for it, so it keeps the process alive until then.
    socket.ref();
    return new Promise((resolve) => {
      socket.once('secureConnect', () => {
        if (this.#socket === socket) socket.unref();
        resolve(true);
      });
      socket.once('close', () => resolve(false));
    });
  }

  /** Closes the spare; the next call opens another. */
  drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }

  /** Closes the spare for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#farewell);
    this.drop();
  }

  #stay(): void {
    if (this.#farewell !== undefined) this.#farewell.refresh();
    else this.#farewell = setTimeout(() => this.#leave(), KEPT_MS).unref();
  }

  #leave(): void {
    this.#farewell = undefined;
    this.drop();
  }

  #open(): void {
    this.#openedAt = performance.now();
    this.#isReady = false;
    const socket = this.#connect();
    if (!(socket instanceof Socket)) return;
    this.#socket = socket.unref();
    socket.once('secureConnect', () => {
      if (this.#socket === socket) this.#isReady = true;
    });
    // It has been idle, or has been connecting, for as long as a connection may be. Nobody reads it until it is taken: for
    // mocks of whole connections a reader that says nothing is a protocol not to be mocked, and they connect it (nock 15).
    socket.on('timeout', destroy);
    socket.on('error', ignore);
    socket.once('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#reopen();
    });
  }

  #reopen(): void {
    const waitMs = this.#mayReopen ? 0 : this.#openedAt + REOPEN_EVERY_MS - performance.now();
    this.#mayReopen = false;
    const reopen = () => {
      if (this.#socket === undefined && this.#farewell !== undefined && !this.#closed) this.#open();
    };
    setTimeout(reopen, Math.max(0, waitMs)).unref();
  }
}

function destroy(this: Socket): void {
  this.destroy();
}

function ignore(): void {}
