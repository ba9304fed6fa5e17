// Does each rule have a test that fails when the rule is broken? Makes the mistakes of mistakes/, one at a time, in a copy of
// the package, and runs the tests that should notice. An argument runs those whose rule or name matches; a whole run writes
// docs/proof/broken-builds.md. Servers that are missing fail the run (CI=true): nothing is shown by a test that is skipped.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../packed.mjs';
import { makeCopy } from './copy.mjs';
import { directoryMistakes } from './mistakes/directory.mjs';
import { routerMistakes } from './mistakes/router.mjs';
import { writePage } from './page.mjs';

const [pattern] = process.argv.slice(2);
const all = [...routerMistakes, ...directoryMistakes];
const mistakes = all.filter(({ rule, name }) => new RegExp(pattern ?? '').test(`${rule} ${name}`));
const startedAt = Date.now();

for (const mistake of all) for (const change of changesOf(mistake)) broken(readIn(root, change), change);
if (mistakes.length === 0) throw new Error(`No mistake has a rule or a name like ${pattern}.`);

const copy = makeCopy();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    copy.remove();
    process.exit(1);
  });
}
try {
  await copy.build();
  const outcomes = await breakAll();
  const missed = outcomes.filter(({ failing }) => failing.length === 0).length;
  console.log(`${mistakes.length - missed} of ${mistakes.length} mistakes were caught.`);
  if (pattern === undefined)
    writePage(outcomes, { commit: commit(), minutes: (Date.now() - startedAt) / 60_000 });
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  copy.remove();
}

async function breakAll() {
  const passed = await passedUnbroken();
  const outcomes = [];
  for (const mistake of mistakes) {
    const outcome = { mistake, ...(await tryMistake(mistake, passed.get(selectionOf(mistake)))) };
    outcomes.push(outcome);
    console.log(`${mistake.rule} ${mistake.name}\n  ${told(outcome)}`);
  }
  return outcomes;
}

/** The tests that pass with nothing broken, for each selection of tests: some pass or fail by what else is run. */
async function passedUnbroken() {
  const passed = new Map();
  const selections = new Map(mistakes.map((mistake) => [selectionOf(mistake), mistake]));
  console.log(`With nothing broken, ${selections.size} selections of tests …`);
  for (const [selection, mistake] of selections) {
    const { tests, unloaded } = await copy.test(mistake);
    const bad = [...unloaded, ...tests.filter(({ status }) => status === 'failed').map(({ id }) => id)];
    if (bad.length > 0) throw new Error(`With nothing broken these fail:\n${bad.join('\n')}`);
    passed.set(selection, new Set(tests.filter(({ status }) => status === 'passed').map(({ id }) => id)));
  }
  return passed;
}

function selectionOf({ tests, named = '' }) {
  return `${tests} ${named}`;
}

/** Which tests fail with the mistake that passed without it; with none of them, why. */
async function tryMistake(mistake, passed) {
  const changes = changesOf(mistake);
  const sources = new Map(changes.map((change) => [change.file, readIn(copy.folder, change)]));
  try {
    for (const change of changes) writeIn(copy.folder, change, broken(readIn(copy.folder, change), change));
    if (mistake.isBuilt) await copy.build();
    const { tests, unloaded } = await copy.test(mistake);
    const failing = tests.filter(({ id, status }) => status === 'failed' && passed.has(id));
    if (unloaded.length > 0) return { failing: [], why: `could not be run: ${unloaded.join(', ')}` };
    // A build with which nothing works shows nothing about a rule.
    if (!tests.some(({ status }) => status === 'passed'))
      return { failing: [], why: 'no test passes at all' };
    const ofRule = ({ name }) => new RegExp(`\\b${mistake.rule}\\b`).test(name);
    return { failing: [...failing.filter(ofRule), ...failing.filter((test) => !ofRule(test))] };
  } catch (error) {
    return { failing: [], why: String(error) };
  } finally {
    for (const [file, source] of sources) writeIn(copy.folder, { file }, source);
    if (mistake.isBuilt) await copy.build();
  }
}

function told({ failing, why = 'every test passes' }) {
  const [first] = failing;
  if (first === undefined) return `NOT CAUGHT: ${why}`;
  return `caught by ${failing.length} ${failing.length === 1 ? 'test' : 'tests'}: "${first.name}"`;
}

function changesOf({ file, from, to, also = [] }) {
  return [{ file, from, to }, ...also];
}

function broken(source, { file, from, to }) {
  const parts = source.split(from);
  if (parts.length !== 2)
    throw new Error(`${file} has ${parts.length - 1} of ${JSON.stringify(from)}, not one.`);
  return parts.join(to);
}

function readIn(folder, { file }) {
  return readFileSync(path.join(folder, file), 'utf8');
}

function writeIn(folder, { file }, source) {
  writeFileSync(path.join(folder, file), source);
}

function commit() {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
}
