import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { RawRequest } from './oracle.js';

export interface RawAnswer {
  readonly status: number;
  /** In lower case; of a name that comes twice, both. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** Writes requests byte by byte as they are given, one at a time over one connection, and opens another where that ended. */
export class RawClient {
  readonly #port: number;
  #socket: Socket | undefined;
  #bytes = '';

  constructor(port: number) {
    this.#port = port;
  }

  async send(request: RawRequest): Promise<RawAnswer> {
    const socket = await this.#open();
    const lines = request.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    this.#bytes = '';
    socket.write(`${request.method} ${request.target} HTTP/1.1\r\n${lines}\r\n${request.body}`, 'latin1');
    for (;;) {
      const answer = parse(this.#bytes, request.method);
      if (answer !== undefined) {
        if (answer.headers.get('connection')?.includes('close')) this.close();
        return answer;
      }
      if (socket.readableEnded || socket.destroyed) throw new Error(`no whole answer: ${this.#bytes}`);
      await once(socket, 'something');
    }
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #open(): Promise<Socket> {
    if (this.#socket !== undefined && !this.#socket.destroyed) return this.#socket;
    const socket = connect(this.#port, '127.0.0.1');
    this.#socket = socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#bytes += text;
      socket.emit('something');
    });
    for (const end of ['end', 'close'] as const) socket.on(end, () => socket.emit('something'));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }
}

function parse(bytes: string, method: string): RawAnswer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [first = '', ...lines] = bytes.slice(0, headEnd).split('\r\n');
  const status = Number(first.split(' ')[1]);
  const rest = bytes.slice(headEnd + 4);
  if (status === 100) return parse(rest, method);
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const length = method === 'HEAD' ? 0 : Number(headers.get('content-length')?.[0] ?? 0);
  if (rest.length < length) return undefined;
  return { status, headers, body: rest.slice(0, length) };
}
