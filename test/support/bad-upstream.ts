import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { generate } from 'selfsigned';
import { type Certificate, localCertificate } from './certificate.js';
import { goodAnswer } from './fault-answers.js';
import { type FaultMode, faultModes } from './fault-modes.js';

export { type FaultMode, faultModes } from './fault-modes.js';

export interface BadUpstream {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'http' | 'https';
  /** The authority that a client is to trust; in the `tls-…` modes the server's certificate is not from it. */
  readonly ca: string;
  /** What came in so far. */
  readonly requests: { count: number; idempotencyKeys: Set<string> };
  readonly openSockets: () => number;
  /** From now on it answers well, on the same port; connections that are open stay as they are. */
  readonly recover: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts a bare TCP or TLS server in this process that misbehaves in one way, for every connection. */
export async function startBadUpstream({ mode, tls }: { mode: string; tls: boolean }): Promise<BadUpstream> {
  const fault = faultModes.find(({ name }) => name === mode);
  if (!fault) throw new Error(`no fault mode "${mode}"`);
  const trusted = await localCertificate();
  const upstream = new Upstream(fault, tls ? await certificateFor(fault, trusted) : undefined);
  const hole = fault.connect === 'black-hole' ? await blackHole() : undefined;
  const port = hole?.port ?? (await upstream.listen());
  return {
    host: 'localhost',
    port,
    protocol: tls ? 'https' : 'http',
    ca: trusted.cert,
    requests: upstream.requests,
    openSockets: () => upstream.sockets.size,
    async recover() {
      await hole?.close();
      await upstream.recover(port, tls ? trusted : undefined);
    },
    async close() {
      await hole?.close();
      await upstream.close();
    },
  };
}

const recovered: FaultMode = {
  name: 'recovered',
  expected: 'ok',
  respond: ({ socket, customer }) => socket.write(goodAnswer(customer)),
};

class Upstream {
  readonly requests = { count: 0, idempotencyKeys: new Set<string>() };
  readonly sockets = new Set<Socket>();
  #mode: FaultMode;
  #certificate: Certificate | undefined;
  readonly #server: Server;

  constructor(mode: FaultMode, certificate: Certificate | undefined) {
    this.#mode = mode;
    this.#certificate = certificate;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  async listen(at = 0): Promise<number> {
    // `localhost` may mean either; clients try both.
    this.#server.listen(at, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    if (this.#mode.connect === 'refused') await this.close();
    return port;
  }

  async recover(port: number, certificate: Certificate | undefined): Promise<void> {
    this.#mode = recovered;
    this.#certificate = certificate;
    if (!this.#server.listening) await this.listen(port);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(raw: Socket): void {
    this.sockets.add(raw);
    raw.on('close', () => this.sockets.delete(raw));
    raw.on('error', () => undefined);
    // Unread, the end of the other side would not be seen.
    if (this.#mode.connect) raw.resume();
    switch (this.#mode.connect) {
      case 'reset-on-accept':
        raw.resetAndDestroy();
        return;
      case 'close-on-accept':
        raw.end();
        return;
      case 'tls-silent':
        return;
      case 'tls-garbage':
        raw.end('HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port');
        return;
      default:
        this.#serve(raw, this.#certificate ? this.#secure(raw, this.#certificate) : raw);
    }
  }

  #secure(raw: Socket, certificate: Certificate): Socket {
    const secure = new TLSSocket(raw, { isServer: true, secureContext: createSecureContext(certificate) });
    secure.on('error', () => raw.destroy());
    return secure;
  }

  // Reads requests as far as this needs: a head, and a body of the length it names.
  #serve(raw: Socket, socket: Socket): void {
    let buffered = '';
    socket.on('data', (bytes: Buffer) => {
      buffered += bytes.toString('latin1');
      const end = buffered.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(buffered)?.[1] ?? 0);
      if (end < 0 || buffered.length < end + 4 + length) return;
      const request = buffered;
      buffered = '';
      this.#answer(raw, socket, request);
    });
  }

  #answer(raw: Socket, socket: Socket, request: string): void {
    this.requests.count += 1;
    this.requests.idempotencyKeys.add(/idempotency-key: (.+)\r/i.exec(request)?.[1] ?? 'none');
    this.#mode.respond?.({
      socket,
      customer: /(?:^|[&\n])customer=(\w+)/.exec(request)?.[1] ?? 'cus_none',
      attempt: this.requests.count,
      drip: (everyMs, write) => drip(socket, everyMs, write),
      reset: () => raw.resetAndDestroy(),
    });
  }
}

// Waits while the other side does not read, as a real server would.
function drip(socket: Socket, everyMs: number, write: (index: number) => string | Buffer): void {
  let index = 0;
  const timer = setInterval(() => {
    if (socket.writableNeedDrain) return;
    socket.write(write(index));
    index += 1;
  }, everyMs);
  socket.on('close', () => clearInterval(timer));
}

async function certificateFor({ connect: fault }: FaultMode, trusted: Certificate): Promise<Certificate> {
  switch (fault) {
    case 'tls-unknown-authority':
      return made('localhost', {});
    case 'tls-wrong-name':
      return made('api.other.example', { ca: trusted });
    case 'tls-expired':
      return made('localhost', {
        ca: trusted,
        notBeforeDate: new Date('2020-01-01'),
        notAfterDate: new Date('2021-01-01'),
      });
    default:
      return trusted;
  }
}

async function made(name: string, options: Parameters<typeof generate>[1]): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...options,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  });
  return { key, cert };
}

// Linux drops the SYN of a connection for which the queue of a listening socket has no room. A thread that listens
// and then sleeps for ever keeps its queue full.
async function blackHole(): Promise<{ port: number; close: () => Promise<void> }> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 50);
     });`,
    { eval: true },
  );
  const [port] = (await once(worker, 'message')) as [number];
  await new Promise((resolve) => setTimeout(resolve, 100));
  const fillers = Array.from({ length: 8 }, () => {
    const filler = connect({ port, host: '127.0.0.1' });
    filler.on('error', () => undefined);
    return filler;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    port,
    async close() {
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    },
  };
}
