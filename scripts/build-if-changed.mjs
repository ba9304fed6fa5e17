// Builds dist/ when it is not what the sources at hand give: `npm start` and `npm run dev` begin with it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentHash } from './content-hash.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const note = path.join(root, '.data', 'built', 'package.json');
const SOURCES = ['src', 'scripts/build.mjs', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

// Both, because `npm run build` and other branches write the same folder.
const sources = contentHash(root, SOURCES);
const built = read();
if (built?.sources === sources && built.dist === hashOfDist()) {
  process.stdout.write('The package is built: nothing has changed since.\n');
} else {
  execFileSync(process.execPath, [path.join(root, 'scripts', 'build.mjs')], { stdio: 'inherit' });
  mkdirSync(path.dirname(note), { recursive: true });
  writeFileSync(note, JSON.stringify({ sources, dist: hashOfDist() }));
}
// What comes next loads its code for a second or more before it can say anything.
process.stdout.write('Starting the storefront …\n');

function read() {
  try {
    return JSON.parse(readFileSync(note, 'utf8'));
  } catch {
    return undefined;
  }
}

function hashOfDist() {
  return existsSync(path.join(root, 'dist')) ? contentHash(root, ['dist']) : '';
}
