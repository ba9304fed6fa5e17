import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import type { Exchange, Header } from '../shapes.js';

const ROOT = path.join(__dirname, '..', '..', '..');
const SHOWN = [
  'content-type',
  'cache-control',
  'vary',
  'etag',
  'x-powered-by',
  'x-cache',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'retry-after',
  'request-id',
  'idempotency-key',
  'stripe-version',
];
const BODY_LENGTH = 420;

/** What came back for one request of a scenario. The secret stays in this process. */
export class Answer {
  readonly status: number | null;
  readonly ms: number;
  readonly #who: string;
  readonly #asked: string[];
  readonly #headers: IncomingHttpHeaders;
  readonly #body: string;

  constructor(parts: {
    who: string;
    asked: string[];
    status: number | null;
    ms: number;
    headers?: IncomingHttpHeaders;
    body?: string;
  }) {
    this.status = parts.status;
    this.ms = parts.ms;
    this.#who = parts.who;
    this.#asked = parts.asked;
    this.#headers = parts.headers ?? {};
    this.#body = parts.body ?? '';
  }

  /** The secret that whoever asked now has. */
  get secret(): string | undefined {
    return /"client_secret":"(\w+)"/.exec(this.#body)?.[1];
  }

  get body(): string {
    return masked(this.#body);
  }

  header(name: string): string | undefined {
    return this.#headers[name]?.toString();
  }

  /** The status and what it stands for, in a few words. */
  get outcome(): string {
    if (this.status === null) return 'no answer';
    if (this.secret !== undefined) return `${this.status}, a secret`;
    const code = /"code":"(\w+)"/.exec(this.#body)?.[1];
    return code === undefined ? `${this.status}, no secret` : `${this.status} ${code}`;
  }

  /** As it may be shown. */
  get exchange(): Exchange {
    const headers = SHOWN.flatMap((name) => {
      const value = this.header(name);
      return value === undefined ? [] : [[name, value] satisfies Header];
    });
    const body = this.body;
    return {
      who: this.#who,
      asked: this.#asked.map(masked),
      status: this.status,
      ms: this.ms,
      headers,
      body: body.length > BODY_LENGTH ? `${body.slice(0, BODY_LENGTH)}…` : body,
    };
  }
}

// The last four tell two secrets apart, and open nothing.
function masked(text: string): string {
  return text
    .replace(/(cuss_secret_)\w*(\w{4})/g, '$1••••••$2')
    .replace(/^(cookie: ).*/, '$1••••••')
    .replace(/\b([sr]k_(?:test|live)_)\w+/g, '$1••••••')
    .replaceAll(ROOT, '…');
}
