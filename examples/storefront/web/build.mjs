// Builds the page with Vite where this source has no build yet, and prints the folder that holds it.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { contentHash } from '../../../scripts/content-hash.mjs';

const web = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(web, '..', '..', '..');
const kept = path.join(root, '.data', 'built');
const SOURCES = ['examples/storefront/web', 'dist/client-esm', 'package-lock.json'];
const HOUR_MS = 3_600_000;
const folder = path.join(kept, `page-${contentHash(root, SOURCES)}`);
if (!existsSync(folder)) await buildInto(folder);
process.stdout.write(folder);

async function buildInto(target) {
  const startedAt = performance.now();
  process.stderr.write('Building the page (Vite) …\n');
  mkdirSync(kept, { recursive: true });
  const outDir = mkdtempSync(path.join(kept, 'building-'));
  // Or it would be React's development build.
  process.env.NODE_ENV = 'production';
  const { build } = await import('vite');
  await build({
    root: web,
    configFile: path.join(web, 'vite.config.mjs'),
    logLevel: 'error',
    build: { outDir, emptyOutDir: false },
  });
  for (const file of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
    const name = path.join(file.parentPath, file.name);
    if (file.isFile()) writeFileSync(`${name}.br`, brotliCompressSync(readFileSync(name)));
  }
  keep(outDir, target);
  clearUp();
  process.stderr.write(`The page is built, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.\n`);
}

// At once, so that a folder of that name is whole; another process may have been first.
function keep(outDir, target) {
  try {
    renameSync(outDir, target);
  } catch (error) {
    rmSync(outDir, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

// Another process may just be reading what it has built.
function clearUp() {
  for (const name of readdirSync(kept)) {
    const built = path.join(kept, name);
    const isOld = Date.now() - statSync(built).mtimeMs > HOUR_MS;
    if (/^(page|building)-/.test(name) && isOld) rmSync(built, { recursive: true, force: true });
  }
}
