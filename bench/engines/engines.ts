import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { Pool } from 'undici';

export interface Outgoing {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** A POST to the upstream; resolves with the body of its answer. */
export type Send = (outgoing: Outgoing) => Promise<string>;

/** Ways to make the call to Stripe, of which the transport uses one: see `bench/README.md` for why. */
export const engines: Record<string, (port: number) => Send> = {
  undici(port) {
    const pool = new Pool(`https://localhost:${port}`, { connections: 256 });
    return ({ path, headers, body }) =>
      new Promise((resolve, reject) => {
        const chunks: Buffer[] = [];
        pool.dispatch(
          { path, method: 'POST', headers, body },
          {
            onConnect: () => undefined,
            onHeaders: () => true,
            onData: (chunk) => chunks.push(chunk) > 0,
            onComplete: () => resolve(text(chunks)),
            onError: reject,
          },
        );
      });
  },

  'node:https, its own agent'(port) {
    const agent = new HttpsAgent({ keepAlive: true, maxSockets: 256 });
    return ({ path, headers, body }) =>
      new Promise((resolve, reject) => {
        const request = httpsRequest({ host: 'localhost', port, path, method: 'POST', agent, headers });
        read(request, body, resolve, reject);
      });
  },

  // What src/stripe/transport/exchange.ts does.
  'node:http over our connections'(port) {
    const idle: TLSSocket[] = [];
    class HandOver extends Agent {
      addRequest(request: ClientRequest, { handedSocket }: { handedSocket: Socket }): void {
        request.onSocket(handedSocket);
      }
    }
    const agent = new HandOver({ keepAlive: true });
    return ({ path, headers, body }) =>
      new Promise((resolve, reject) => {
        const socket = idle.pop() ?? connect({ host: 'localhost', port }).setNoDelay(true);
        const list = ['Host', `localhost:${port}`];
        for (const name in headers) list.push(name, headers[name] ?? '');
        const options = { path, method: 'POST', agent, headers: list, handedSocket: socket };
        const request = httpRequest(options);
        request.on('close', () => idle.push(socket));
        read(request, body, resolve, reject);
      });
  },

  // Not a candidate: what a parser written by hand for the one answer that the bench gives would save.
  'a parser by hand'(port) {
    const idle: TLSSocket[] = [];
    return ({ path, headers, body }) =>
      new Promise((resolve, reject) => {
        const socket = idle.pop() ?? connect({ host: 'localhost', port }).setNoDelay(true);
        let head = `POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: keep-alive\r\n`;
        for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
        socket.write(`${head}\r\n${body}`);
        let got = '';
        const onData = (chunk: Buffer) => {
          got += chunk.toString('latin1');
          const end = got.indexOf('\r\n\r\n');
          const length = Number(/content-length: (\d+)/i.exec(got)?.[1]);
          if (end < 0 || got.length < end + 4 + length) return;
          socket.off('data', onData);
          socket.off('error', reject);
          idle.push(socket);
          resolve(got.slice(end + 4));
        };
        socket.on('data', onData);
        socket.on('error', reject);
      });
  },
};

function read(
  request: ClientRequest,
  body: string,
  resolve: (body: string) => void,
  reject: (error: Error) => void,
): void {
  request.on('error', reject);
  request.on('response', (response: IncomingMessage) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => resolve(text(chunks)));
  });
  request.end(body);
}

function text(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return (only && chunks.length === 1 ? only : Buffer.concat(chunks)).toString();
}
