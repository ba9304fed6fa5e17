// For folders that have a package.json of their own: what their lock file names, and this package as a release ships it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

/** Runs a program in a folder, with its output on ours. Throws when it fails. */
export function mustRun(folder, command, args) {
  execFileSync(command, args, { cwd: folder, stdio: 'inherit', env: { ...process.env, NO_COLOR: '1' } });
}

/** Builds and packs this package. Calls `use` with the tarball's path, and removes it afterwards. */
export function withTarball(use) {
  const into = mkdtempSync(path.join(tmpdir(), 'packed-'));
  try {
    console.log('Building and packing …');
    mustRun(root, process.execPath, ['scripts/build.mjs']);
    mustRun(root, 'npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', into]);
    const [tarball] = readdirSync(into);
    use(path.join(into, tarball));
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

/** Gives the folder what its lock file names, unless it has it. */
export function installLocked(folder) {
  const lock = path.join(folder, 'package-lock.json');
  const installed = path.join(folder, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log(`Installing into ${path.relative(root, folder)} …`);
  mustRun(folder, 'npm', ['ci', ...QUIET]);
}

/** The same, and the tarball. */
export function installPacked(folder, tarball) {
  installLocked(folder);
  mustRun(folder, 'npm', ['install', '--no-save', '--no-package-lock', ...QUIET, tarball]);
}
