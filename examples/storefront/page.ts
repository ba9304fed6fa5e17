import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import type { RequestHandler } from 'express';

interface File {
  type: string;
  plain: Buffer;
  brotli: Buffer;
  cache: string;
}

const WEB = path.join(__dirname, 'web');
const VITE = path.join(
  path.dirname(createRequire(__filename).resolve('vite/package.json')),
  'bin',
  'vite.js',
);
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Builds the page with Vite and serves its few files from memory, compressed once. */
export async function builtPage(): Promise<RequestHandler> {
  const folder = mkdtempSync(path.join(tmpdir(), 'storefront-page-'));
  try {
    // In a process of its own: with this one's NODE_ENV it would be React's development build.
    const env = { ...process.env, NODE_ENV: 'production' };
    const args = ['build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn'];
    await promisify(execFile)(process.execPath, [VITE, ...args], { cwd: WEB, env });
    return serve(readFiles(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readFiles(folder: string): ReadonlyMap<string, File> {
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
      // Vite puts a hash of what they hold into the names of its assets.
      cache: url.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  }
  return files;
}

function serve(files: ReadonlyMap<string, File>): RequestHandler {
  return function servePage(req, res, next) {
    const file = req.method === 'GET' || req.method === 'HEAD' ? files.get(req.path) : undefined;
    if (file === undefined) return next();
    const small = req.acceptsEncodings('br') === 'br';
    res.set({ 'content-type': file.type, 'cache-control': file.cache, vary: 'accept-encoding' });
    if (small) res.set('content-encoding', 'br');
    res.end(small ? file.brotli : file.plain);
  };
}
