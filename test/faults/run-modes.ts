import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FaultReport, FaultRun } from './report.js';

export interface ModesResult {
  reports: Map<string, FaultReport>;
  /** Modes that ended the process, or that never came to an end. */
  crashed: string[];
  /** stdout, stderr, and all that was seen inside. */
  output: string;
}

const LONGEST_RUN_MS = 240_000;

/** Runs the modes in processes of their own: where one crashes, the next goes on behind it. */
export async function runModes(
  run: Pick<FaultRun, 'client' | 'express' | 'modes'> & { library?: string },
): Promise<ModesResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'faults-'));
  const result: ModesResult = { reports: new Map(), crashed: [], output: '' };
  try {
    let modes = run.modes;
    for (let round = 0; modes.length > 0; round += 1) {
      const files = {
        reportFile: path.join(folder, `report-${round}`),
        seenFile: path.join(folder, `seen-${round}`),
      };
      result.output += await runProcess({
        library: 'express-stripe-customer-session',
        ...run,
        ...files,
        modes,
      });
      if (existsSync(files.seenFile)) result.output += readFileSync(files.seenFile, 'utf8');
      let last = '';
      for (const line of readFileSync(files.reportFile, 'utf8').trim().split('\n')) {
        const entry: { started?: string; report?: FaultReport } = JSON.parse(line);
        if (entry.started !== undefined) last = entry.started;
        if (entry.report !== undefined) result.reports.set(entry.report.mode, entry.report);
      }
      if (!result.reports.has(last)) result.crashed.push(last);
      modes = modes.slice(modes.indexOf(last) + 1);
    }
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runProcess(run: FaultRun): Promise<string> {
  const script = path.join(__dirname, 'fault-host.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(run)], {
    cwd: path.join(__dirname, '../..'),
    stdio: ['ignore', 'pipe', 'pipe'],
    // The host's own client has no setting for an authority.
    env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: run.client === 'host' ? '0' : '1' },
  });
  const late = setTimeout(() => child.kill('SIGKILL'), LONGEST_RUN_MS);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(late);
  return output;
}
