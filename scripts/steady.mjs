// Does the suite hold on a machine that is idle, busy, or has one core? Runs `npm test` three times each. The rows are kept in
// reports/steady.json, so that `--only=idle,busy,pinned` can run a part; docs/proof/steady.md is written once all are there.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './packed.mjs';

const TIMES = 3;
const BUSY_LOOPS = 2;
const page = path.join(root, 'docs/proof/steady.md');
const kept = path.join(root, 'reports/steady.json');
const report = path.join(root, 'reports/steady-run.json');

/** How each state of the machine is made, and the command that is run in it. */
const STATES = {
  idle: { told: 'idle', command: ['npm', 'test', '--'], loops: 0 },
  busy: { told: `beside ${BUSY_LOOPS} busy loops`, command: ['npm', 'test', '--'], loops: BUSY_LOOPS },
  pinned: {
    told: 'pinned to one core',
    command: ['taskset', '--cpu-list', '0', 'npm', 'test', '--'],
    loops: 0,
  },
};

const { values: options } = parseArgs({ options: { only: { type: 'string' } } });
const names = options.only?.split(',') ?? Object.keys(STATES);
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();

let rows = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : [];
rows = rows.filter(({ name }) => !names.includes(name));
let failed = 0;
for (const name of names) {
  for (let time = 1; time <= TIMES; time += 1) {
    console.log(`${STATES[name].told}, run ${time} of ${TIMES} …`);
    const row = { name, time, ...(await runOnce(STATES[name])) };
    rows.push(row);
    failed += row.failed;
    console.log(`  ${row.passed} passed, ${row.failed} failed, ${row.skipped} skipped in ${row.minutes} min`);
    for (const test of row.failures) console.log(`  FAILED ${test}`);
    writeFileSync(kept, JSON.stringify(rows, null, 2));
  }
}
rows = Object.keys(STATES).flatMap((name) => rows.filter((row) => row.name === name));
if (rows.length === TIMES * Object.keys(STATES).length) writeFileSync(page, pageOf());
process.exitCode = failed > 0 ? 1 : 0;

async function runOnce({ command, loops }) {
  const load = os.loadavg()[0].toFixed(1);
  const busy = Array.from({ length: loops }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  const startedAt = Date.now();
  try {
    mkdirSync(path.dirname(report), { recursive: true });
    rmSync(report, { force: true });
    await ended(command);
  } finally {
    for (const loop of busy) loop.kill('SIGKILL');
  }
  const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1);
  return { commit, date: new Date().toISOString().slice(0, 10), load, minutes, ...read() };
}

function ended([file, ...args]) {
  const child = spawn(file, [...args, '--silent', '--json', `--outputFile=${report}`], {
    cwd: root,
    stdio: 'ignore',
    env: { ...process.env, CI: 'true' },
  });
  return new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
}

function read() {
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests, testResults } =
    JSON.parse(readFileSync(report, 'utf8'));
  const failures = testResults.flatMap(({ name, status, assertionResults }) => {
    const failing = assertionResults.filter((test) => test.status === 'failed');
    const file = path.relative(root, name);
    if (failing.length === 0) return status === 'failed' ? [`${file}: could not be run`] : [];
    return failing.map(({ fullName }) => `${file}: ${fullName}`);
  });
  return {
    passed: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites,
    skipped: numPendingTests,
    failures,
  };
}

function pageOf() {
  const lines = rows.map(
    (row) =>
      `| ${STATES[row.name].told}, ${row.time} | ${row.load} | ${row.passed} | ${row.failed} | ${row.skipped} | ${row.minutes} | ${row.date}, ${row.commit} |`,
  );
  const failures = rows.flatMap((row) =>
    row.failures.map((test) => `- ${STATES[row.name].told}, ${row.time}: ${test}`),
  );
  return [
    '# A suite that holds on any machine',
    '',
    'Written by `npm run test:steady`: the whole of `npm test`, with nothing skipped for a server that is not there (`CI=true`).',
    `Node.js ${process.versions.node}, ${os.availableParallelism()} cores. *Load* is what others had the machine do as the run began.`,
    '',
    '| machine, run | load | passed | failed | skipped | minutes | when, of which commit |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    ...(failures.length > 0 ? ['Failed:', '', ...failures] : ['No test failed.']),
    '',
  ].join('\n');
}
