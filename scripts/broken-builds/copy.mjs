import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../packed.mjs';

// A mistake may make a suite hang.
const LONGEST_RUN_MS = 600_000;

/** A copy of the tracked files in a temporary folder, to be broken, built and tested. */
export function makeCopy() {
  const place = mkdtempSync(path.join(tmpdir(), 'broken-'));
  // Root runs Postgres as somebody else, whose data is in here.
  chmodSync(place, 0o755);
  const folder = path.join(place, 'package');
  const report = path.join(place, 'report.json');
  const temporary = path.join(place, 'tmp');
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  for (const file of tracked.filter((name) => name !== '' && existsSync(path.join(root, name)))) {
    cpSync(path.join(root, file), path.join(folder, file));
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  mkdirSync(temporary);

  /** Runs a script of the copy. What it leaves behind, servers of tests for instance, ends with it. */
  async function run(script, args) {
    const child = spawn(process.execPath, [path.join(folder, script), ...args], {
      cwd: folder,
      env: { ...process.env, CI: 'true', TMPDIR: temporary },
      stdio: 'ignore',
      timeout: LONGEST_RUN_MS,
      killSignal: 'SIGKILL',
    });
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    endProcessesIn(place);
    return code;
  }

  return {
    folder,
    async build() {
      const code = await run('scripts/build.mjs', []);
      if (code !== 0) throw new Error('The build fails.');
    },
    /** Runs tests by patterns of their files and names. Gives each test, and the files that could not be loaded. */
    async test({ tests, named }) {
      rmSync(report, { force: true });
      await run('node_modules/jest/bin/jest.js', [
        '--selectProjects=all',
        '--silent',
        '--forceExit',
        '--json',
        `--outputFile=${report}`,
        `--testPathPatterns=${tests}`,
        ...(named === undefined ? [] : [`--testNamePattern=${named}`]),
      ]);
      if (!existsSync(report)) throw new Error('The tests never ended.');
      return readReport(report, folder);
    },
    remove() {
      endProcessesIn(place);
      rmSync(place, { recursive: true, force: true });
    },
  };
}

function readReport(report, folder) {
  const suites = JSON.parse(readFileSync(report, 'utf8')).testResults.map(({ name, assertionResults }) => ({
    file: path.relative(folder, name),
    assertionResults,
  }));
  return {
    unloaded: suites.filter(({ assertionResults }) => assertionResults.length === 0).map(({ file }) => file),
    tests: suites.flatMap(({ file, assertionResults }) =>
      assertionResults.map(({ fullName: name, status }) => ({ id: `${file}: ${name}`, file, name, status })),
    ),
  };
}

// Servers have groups of their own, and a worker that is killed does not end them. Linux alone tells where a process is.
function endProcessesIn(place) {
  const pids = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  const ended = pids.filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(place) && process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended, or is somebody else's.
      return false;
    }
  });
  // One of them may just have started another.
  if (ended.length > 0) endProcessesIn(place);
}
