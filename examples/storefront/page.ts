import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RequestHandler } from 'express';

interface File {
  type: string;
  plain: Buffer;
  brotli: Buffer;
  cache: string;
}

const BUILD = path.join(__dirname, 'web', 'build.mjs');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page, served from memory: its files are few. */
export class Page {
  #files: ReadonlyMap<string, File> = new Map();
  #last: Promise<unknown> = Promise.resolve();

  /** Builds it where its source has changed, and serves that from now on; one build at a time. */
  load(): Promise<void> {
    const loaded = this.#last.then(async () => {
      this.#files = readFiles(await build());
    });
    this.#last = loaded.catch(() => undefined);
    return loaded;
  }

  readonly serve: RequestHandler = (req, res, next) => {
    const file = req.method === 'GET' || req.method === 'HEAD' ? this.#files.get(req.path) : undefined;
    if (file === undefined) return next();
    const small = req.acceptsEncodings('br') === 'br';
    res.set({ 'content-type': file.type, 'cache-control': file.cache, vary: 'accept-encoding' });
    if (small) res.set('content-encoding', 'br');
    res.end(small ? file.brotli : file.plain);
  };
}

// In a process of its own, whose NODE_ENV is Vite's.
function build(): Promise<string> {
  const child = spawn(process.execPath, [BUILD], { stdio: ['ignore', 'pipe', 'inherit'] });
  let folder = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    folder += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(folder);
      else reject(new Error(`The page could not be built: ${path.relative(process.cwd(), BUILD)} failed.`));
    });
  });
}

function readFiles(folder: string): ReadonlyMap<string, File> {
  const files = new Map<string, File>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.br')) continue;
    const file = path.join(entry.parentPath, entry.name);
    const url = `/${path.relative(folder, file).split(path.sep).join('/')}`;
    files.set(url === '/index.html' ? '/' : url, {
      type: TYPES[path.extname(file)] ?? 'application/octet-stream',
      plain: readFileSync(file),
      brotli: readFileSync(`${file}.br`),
      // Vite puts a hash of what they hold into the names of its assets.
      cache: url.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  }
  return files;
}
