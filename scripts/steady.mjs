// Does the suite hold on a machine that is idle, busy, or has one core? Runs `npm test` three times each and writes
// docs/proof/steady.md after every run. `--only=idle,busy,pinned` and `--times=N` run less and write nothing.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './packed.mjs';

const TIMES = 3;
const BUSY_LOOPS = 2;
const page = path.join(root, 'docs/proof/steady.md');
const report = path.join(root, 'reports/steady.json');

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

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, times: { type: 'string', default: String(TIMES) } },
});
const names = options.only?.split(',') ?? Object.keys(STATES);
const isWhole = options.only === undefined && Number(options.times) === TIMES;

const rows = [];
for (const name of names) {
  for (let time = 1; time <= Number(options.times); time += 1) {
    console.log(`${STATES[name].told}, run ${time} of ${options.times} …`);
    const row = await runOnce(STATES[name], time);
    rows.push(row);
    console.log(`  ${row.passed} passed, ${row.failed} failed, ${row.skipped} skipped in ${row.minutes} min`);
    for (const test of row.failures) console.log(`  FAILED ${test}`);
    if (isWhole) writeFileSync(page, pageOf(rows));
  }
}
process.exitCode = rows.some(({ failed }) => failed > 0) ? 1 : 0;

async function runOnce({ told, command, loops }, time) {
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
  return { told, time, minutes: ((Date.now() - startedAt) / 60_000).toFixed(1), ...read() };
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
    const failed = assertionResults.filter((test) => test.status === 'failed');
    const file = path.relative(root, name);
    if (failed.length === 0) return status === 'failed' ? [`${file}: could not be run`] : [];
    return failed.map(({ fullName }) => `${file}: ${fullName}`);
  });
  return {
    passed: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites,
    skipped: numPendingTests,
    failures,
  };
}

function pageOf(done) {
  const lines = done.map(
    ({ told, time, passed, failed, skipped, minutes }) =>
      `| ${told} | ${time} | ${passed} | ${failed} | ${skipped} | ${minutes} |`,
  );
  const failures = done.flatMap((row) =>
    row.failures.map((test) => `- ${row.told}, run ${row.time}: ${test}`),
  );
  return [
    '# A suite that holds on any machine',
    '',
    'Written by `npm run test:steady`: the whole of `npm test`, with nothing skipped for a server or browser that is not there',
    '(`CI=true`).',
    '',
    `Run on ${new Date().toISOString().slice(0, 10)}, Node.js ${process.versions.node}, ${os.availableParallelism()} cores.`,
    '',
    '| machine | run | passed | failed | skipped | minutes |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    ...(failures.length > 0 ? ['Failed:', '', ...failures] : ['No test failed.']),
    '',
  ].join('\n');
}
