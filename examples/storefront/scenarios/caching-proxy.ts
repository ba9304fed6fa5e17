import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { LocalServer } from './local-server.js';

interface Kept {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/**
 * A cache as one stands in front of many shops, set up as nginx is with `proxy_cache_methods POST` and
 * `proxy_cache_valid 200 1m`: what the origin does not forbid is kept by its URL, and the next visitor gets it.
 */
export function cachingProxy(origin: LocalServer): RequestListener {
  const kept = new Map<string, Kept>();
  return function proxy(req, res) {
    const key = `${req.method} ${req.url}`;
    const hit = kept.get(key);
    if (hit !== undefined) return answer(res, hit, 'HIT');
    pass(origin, req, (fresh) => {
      if (mayBeKept(fresh)) kept.set(key, fresh);
      answer(res, fresh, 'MISS');
    }).on('error', () => res.destroy());
  };
}

function mayBeKept({ status, headers }: Kept): boolean {
  const { 'cache-control': cacheControl = '', vary, 'set-cookie': cookies } = headers;
  return status === 200 && !/no-store|no-cache|private/.test(cacheControl) && vary !== '*' && !cookies;
}

function pass(origin: LocalServer, req: IncomingMessage, done: (answer: Kept) => void) {
  const options = {
    host: '127.0.0.1',
    port: origin.port,
    method: req.method,
    path: req.url,
    headers: req.headers,
    agent: origin.agent,
  };
  const passed = request(options, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () =>
      done({ status: response.statusCode ?? 502, headers: response.headers, body: Buffer.concat(chunks) }),
    );
  });
  return req.pipe(passed);
}

function answer(res: ServerResponse, { status, headers, body }: Kept, cache: 'HIT' | 'MISS'): void {
  const { 'transfer-encoding': _chunked, connection: _hop, ...passedOn } = headers;
  res.writeHead(status, { ...passedOn, 'x-cache': cache }).end(body);
}
