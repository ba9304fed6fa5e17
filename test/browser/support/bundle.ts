import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(__dirname, '..', '..', '..');

/** Bundles one file of test/client/pages with Vite, which is an ES module and runs on its own. */
export function bundle(file: string): string {
  const out = mkdtempSync(path.join(tmpdir(), 'pages-'));
  const config = path.join(root, 'test', 'client', 'pages', 'vite.config.mjs');
  try {
    execFileSync(
      process.execPath,
      [path.join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--config', config],
      { env: { ...process.env, NODE_ENV: 'development', VITE_OUT: out, VITE_PAGE: 'page', VITE_FILE: file } },
    );
    return readFileSync(path.join(out, 'page.js'), 'utf8');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
