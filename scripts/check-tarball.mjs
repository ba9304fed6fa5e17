// How large the package is to download. Says it, and fails above the limit.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const LIMIT_KB = 160;

const said = execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
  cwd: root,
  encoding: 'utf8',
});
const [{ size, entryCount }] = JSON.parse(said);
const kb = size / 1000;
console.log(`${kb.toFixed(1)} kB packed, in ${entryCount} files (at most ${LIMIT_KB} kB)`);
if (kb > LIMIT_KB) {
  console.log('What is in it: npm pack --dry-run. What may be in it: "files" in package.json.');
  process.exitCode = 1;
}
