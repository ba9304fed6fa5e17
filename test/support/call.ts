import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { browserHeaders } from '../../src/testing/index.js';
import type { TestHost } from './host.js';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  text: string;
  /** The body as JSON; `{}` where there is none. */
  json: Record<string, unknown>;
}

export interface Call {
  method?: string;
  headers?: OutgoingHttpHeaders;
  path?: string;
  body?: string;
  signal?: AbortSignal;
}

const httpAgent = new HttpAgent({ keepAlive: true, maxSockets: 64 });
const httpsAgent = new HttpsAgent({ keepAlive: true, maxSockets: 64, rejectUnauthorized: false });

/** A request over a real socket, exactly the headers it is given; every answer of the router passes H1's check. */
export async function call(
  host: TestHost,
  { method = 'POST', headers = {}, path, body, signal }: Call = {},
): Promise<Answer> {
  const url = new URL(path ?? host.path, host.origin);
  const secure = url.protocol === 'https:';
  const answer = await new Promise<Answer>((resolve, reject) => {
    const req = (secure ? httpsRequest : httpRequest)(
      {
        host: '127.0.0.1',
        port: url.port,
        path: url.pathname + url.search,
        method,
        headers: { host: host.authority, ...headers },
        agent: secure ? httpsAgent : httpAgent,
        ...(signal ? { signal } : {}),
      },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            rawHeaders: res.rawHeaders,
            text,
            json: parse(text),
          });
        });
      },
    );
    req.on('error', reject);
    req.end(body);
  });
  if (path === undefined) expectResponseHeaders(answer);
  return answer;
}

/** What ada's browser sends from the host's own page. */
export function fromBrowser(host: TestHost, extra: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  return { ...browserHeaders(host.origin), 'x-user': 'ada', ...extra };
}

/** H1, for every status: the one shared check. */
export function expectResponseHeaders({ status, headers, text }: Answer): void {
  expect({ status, ...headers }).toMatchObject({
    status,
    'cache-control': 'no-store, private, no-transform',
    pragma: 'no-cache',
    vary: '*',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  });
  const forbidden = ['etag', 'x-powered-by', 'strict-transport-security', 'transfer-encoding', 'location'];
  expect(forbidden.filter((name) => name in headers)).toEqual([]);
  const contentType = status === 200 ? 'application/json; charset=utf-8' : 'application/problem+json';
  expect(headers['content-type']).toBe(contentType);
  if (text !== '') expect(headers['content-length']).toBe(String(Buffer.byteLength(text)));
}

/** A refusal by its code, RFC 9457 in form, with nothing beside its five members. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.json.code }).toEqual({ status, code });
  expect(answer.json).toEqual({
    type: `urn:express-stripe-customer-session:problem:${code}`,
    title: expect.stringMatching(/^[A-Z].*\.$/),
    status,
    code,
  });
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
