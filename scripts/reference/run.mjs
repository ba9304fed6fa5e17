// `npm run reference` writes docs/reference anew. With --compare it says whether the pages are what the sources say.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installLocked } from '../packed.mjs';

const pages = path.join(import.meta.dirname, '../../docs/reference');

// TypeDoc needs the compiler's API, which TypeScript 7 does not have: this folder has packages of its own.
installLocked(import.meta.dirname);
const { writePages } = await import('./pages.mjs');
const problems = process.argv.includes('--compare') ? await compare() : await write();
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}

async function write() {
  rmSync(pages, { recursive: true, force: true });
  return complaints(await writePages(pages));
}

async function compare() {
  const fresh = mkdtempSync(path.join(tmpdir(), 'reference-'));
  try {
    const faults = complaints(await writePages(fresh));
    const names = [...new Set([...filesIn(fresh), ...filesIn(pages)])];
    const stale = names.filter((name) => textOf(fresh, name) !== textOf(pages, name));
    if (stale.length === 0) return faults;
    return [
      ...faults,
      `docs/reference is not what the comments in src say: ${stale.join(', ')}.`,
      'Write it anew with `npm run reference`, and commit it.',
    ];
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function complaints(count) {
  return count === 0 ? [] : [`TypeDoc found ${count} faults in the comments of src (above).`];
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
}

function textOf(folder, name) {
  const file = path.join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
