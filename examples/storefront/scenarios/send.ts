import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LocalServer } from './local-server.js';

export interface Sending {
  path: string;
  headers: Record<string, string>;
  body?: string;
  patienceMs: number;
}

/** One POST; without an answer in time there is no response. */
export function send(
  server: LocalServer,
  { path, headers, body, patienceMs }: Sending,
): Promise<{ response?: IncomingMessage; body: string }> {
  return new Promise((resolve, reject) => {
    const { agent, port } = server;
    const post = server.tls ? httpsRequest : httpRequest;
    const request = post({ host: '127.0.0.1', port, agent, method: 'POST', path, headers });
    const patience = setTimeout(() => {
      resolve({ body: '' });
      request.destroy();
    }, patienceMs);
    request.on('error', reject);
    request.on('close', () => clearTimeout(patience));
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ response, body: text }));
    });
    request.end(body);
  });
}
