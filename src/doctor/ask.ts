import {
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { isObject } from '../core/values.js';

/** How to connect, where Node.js's own way would not do: authorities to trust, a look-up of names. */
export type Connecting = Pick<RequestOptions, 'lookup'> & Pick<SecureContextOptions, 'ca'>;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The first 64 KiB. */
  readonly body: string;
  /** From the request to the end of the answer, in ms. */
  readonly ms: number;
  /** When the answer had arrived, in ms since the epoch. */
  readonly at: number;
}

/** Why there is no answer, as a word: `ECONNREFUSED`, `ETIMEDOUT`, … */
export interface Silence {
  readonly silence: string;
}

export interface Asking {
  method: string;
  headers?: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 15_000;
const MOST_BYTES = 64 * 1024;

/** Sends requests to the app, over connections that are kept. Never rejects, and follows no redirect. */
export class Asker {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(connecting: Connecting) {
    this.#http = new HttpAgent({ ...connecting, keepAlive: true });
    this.#https = new HttpsAgent({ ...connecting, keepAlive: true });
  }

  ask(url: URL, { method, headers }: Asking): Promise<Answer | Silence> {
    const startedAt = performance.now();
    return new Promise((resolve) => {
      const secure = url.protocol === 'https:';
      const options = {
        method,
        headers: { ...headers },
        agent: secure ? this.#https : this.#http,
      };
      const req = (secure ? requestHttps : requestHttp)(url, options);
      const patience = setTimeout(() => req.destroy(withCode('ETIMEDOUT')), PATIENCE_MS);
      req.on('error', (error) => settle({ silence: wordOf(error) }));
      req.on('response', (res) => {
        let body = '';
        const finish = () => {
          const ms = performance.now() - startedAt;
          settle({ status: res.statusCode ?? 0, headers: res.headers, body, ms, at: Date.now() });
        };
        res.setEncoding('utf8');
        res.on('data', (text: string) => {
          body += text;
          if (body.length <= MOST_BYTES) return;
          body = body.slice(0, MOST_BYTES);
          finish();
          req.destroy();
        });
        res.on('end', finish);
        res.on('error', (error) => settle({ silence: wordOf(error) }));
      });
      req.end();

      function settle(outcome: Answer | Silence): void {
        clearTimeout(patience);
        resolve(outcome);
      }
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** The code of a failed connection, `ECONNREFUSED` for one; never its text, which may hold what was sent. */
function wordOf(error: unknown): string {
  const code = isObject(error) ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'no answer';
}

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code });
}
