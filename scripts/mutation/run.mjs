// Which lines of src could be changed with no test to notice? Stryker changes them one at a time and runs the tests of their group.
// `npm run test:mutation -- guards,request` runs some groups; what has not changed since their last run is not run again. What a run
// told is kept in docs/proof/mutation.json, and docs/proof/mutation.md is written from it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { installLocked, root } from '../packed.mjs';
import { groups } from './groups.mjs';
import { pageOf } from './page.mjs';
import { summaryOf } from './summary.mjs';

const folder = import.meta.dirname;
const reports = path.join(root, 'reports/mutation');
const bundles = path.join(reports, 'bundles');
const keptFile = path.join(root, 'docs/proof/mutation.json');
const names = process.argv[2]?.split(',') ?? Object.keys(groups);
for (const name of names) if (groups[name] === undefined) throw new Error(`There is no group ${name}.`);

installLocked(folder);
mkdirSync(reports, { recursive: true });
buildSync({
  entryPoints: ['express', 'stripe', 'supertest'],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outdir: bundles,
  outExtension: { '.js': '.cjs' },
  absWorkingDir: root,
});
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
const failed = names.filter((name) => !runs(name));
if (failed.length > 0) throw new Error(`Stryker failed for ${failed.join(', ')}.`);

function runs(name) {
  const report = path.join(reports, `${name}.json`);
  const settings = path.join(reports, `${name}.settings.json`);
  writeFileSync(settings, JSON.stringify(settingsOf(name, report)));
  forgetSurvivors(incrementalOf(name));
  const { status } = spawnSync(
    process.execPath,
    [path.join(folder, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', settings],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        MUTATION_TESTS: groups[name].tests.join(' '),
        MUTATION_BUNDLES: bundles,
        MUTATION_KNOWN_TESTS: path.join(reports, `${name}.tests-${Date.now()}`),
      },
    },
  );
  if (status === 0) keep(name, JSON.parse(readFileSync(report, 'utf8')));
  return status === 0;
}

function incrementalOf(name) {
  return path.join(reports, `${name}.incremental.json`);
}

// Of what runs as a module is loaded Stryker keeps the result even where there is a test more.
function forgetSurvivors(file) {
  if (!existsSync(file)) return;
  const kept = JSON.parse(readFileSync(file, 'utf8'));
  for (const source of Object.values(kept.files)) {
    source.mutants = source.mutants.filter(({ status }) => status !== 'Survived' && status !== 'NoCoverage');
  }
  writeFileSync(file, JSON.stringify(kept));
}

function settingsOf(name, report) {
  return {
    mutate: groups[name].mutate,
    testRunner: 'jest',
    plugins: [path.join(folder, 'node_modules/@stryker-mutator/jest-runner/dist/src/index.js')],
    jest: { configFile: 'scripts/mutation/jest.config.cjs', enableFindRelatedTests: false },
    coverageAnalysis: 'perTest',
    // TypeScript 7 has no API for the compiler options that Stryker would rewrite; tests are compiled by swc.
    tsconfigFile: 'none',
    disableTypeChecks: false,
    ignorePatterns: [
      '/*',
      '!/src',
      '!/test',
      '!/scripts',
      '!/examples',
      '!/docs',
      '!/dist',
      '!/jest.base.js',
      '!/package.json',
    ],
    incremental: true,
    incrementalFile: incrementalOf(name),
    reporters: ['json', 'clear-text', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
    jsonReporter: { fileName: report },
    timeoutMS: 20_000,
    maxTestRunnerReuse: 200,
    thresholds: { break: null },
    allowConsoleColors: false,
    // Tests wait more than they work.
    concurrency: os.availableParallelism() + 2,
  };
}

function keep(name, report) {
  const kept = existsSync(keptFile) ? JSON.parse(readFileSync(keptFile, 'utf8')) : {};
  kept[name] = { date: new Date().toISOString().slice(0, 10), commit, files: summaryOf(report) };
  writeFileSync(keptFile, `${JSON.stringify(kept, null, 1)}\n`);
  writeFileSync(path.join(root, 'docs/proof/mutation.md'), pageOf(kept));
  console.log(`${name} is in docs/proof/mutation.md.`);
}
