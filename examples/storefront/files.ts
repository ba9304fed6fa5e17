import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import type { RequestHandler } from 'express';

interface File {
  type: string;
  plain: Buffer;
  brotli: Buffer;
  cache: string;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves the page's few files from memory, compressed once: Vite has put a hash into the name of all but the page. */
export function pageFiles(folder: string): RequestHandler {
  const files = new Map<string, File>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const url = `/${path.relative(folder, file).split(path.sep).join('/')}`;
    const plain = readFileSync(file);
    files.set(url === '/index.html' ? '/' : url, {
      type: TYPES[path.extname(file)] ?? 'application/octet-stream',
      plain,
      brotli: brotliCompressSync(plain),
      cache: url.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  }
  return (req, res, next) => {
    const file = req.method === 'GET' || req.method === 'HEAD' ? files.get(req.path) : undefined;
    if (file === undefined) return next();
    const small = req.acceptsEncodings('br') === 'br';
    res.set({ 'content-type': file.type, 'cache-control': file.cache, vary: 'accept-encoding' });
    if (small) res.set('content-encoding', 'br');
    res.end(small ? file.brotli : file.plain);
  };
}
