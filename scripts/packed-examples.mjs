// For examples that have a package.json of their own: installs what their lock file names, and beside it this package
// as a release would ship it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

/** Runs a program in a folder, with its output on ours. Ends this process when it fails. */
export function mustRun(folder, command, args) {
  try {
    execFileSync(command, args, { cwd: folder, stdio: 'inherit', env: { ...process.env, NO_COLOR: '1' } });
  } catch ({ status }) {
    process.exit(status ?? 1);
  }
}

/** Builds and packs this package, and gives the folder what it needs. */
export function installPacked(folder) {
  const isInstalled = path.join(folder, 'node_modules', '.package-lock.json');
  const lock = path.join(folder, 'package-lock.json');
  if (!existsSync(isInstalled) || statSync(isInstalled).mtimeMs < statSync(lock).mtimeMs) {
    console.log(`Installing what ${path.relative(root, lock)} names …`);
    mustRun(folder, 'npm', ['ci', ...QUIET]);
  }
  const into = mkdtempSync(path.join(tmpdir(), 'packed-'));
  try {
    console.log('Building and packing …');
    mustRun(root, process.execPath, ['scripts/build.mjs']);
    mustRun(root, 'npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', into]);
    const [tarball] = readdirSync(into);
    mustRun(folder, 'npm', ['install', '--no-save', '--no-package-lock', ...QUIET, path.join(into, tarball)]);
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}
