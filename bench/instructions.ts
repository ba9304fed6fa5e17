import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { sleep } from './stats.js';

const EVENTS = 'instructions:u,instructions:k';
const ATTACH_MS = 300;

let supported: boolean | undefined;

/** Whether Linux's `perf` is here, and the processor lets it count. */
export function canCountInstructions(): boolean {
  supported ??= read(spawnSync('perf', ['stat', '-x', ',', '-e', EVENTS, 'true']).stderr?.toString()) > 0;
  return supported;
}

/**
 * The instructions, user and kernel, that the process executes while `work` goes on. Whoever shares the machine makes
 * an instruction take longer, but not more of them: what CPU time cannot say on a busy machine, this can.
 */
export async function countInstructions(pid: number, work: () => Promise<void>): Promise<number> {
  const perf = spawn('perf', ['stat', '-x', ',', '-e', EVENTS, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  perf.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await sleep(ATTACH_MS);
  try {
    await work();
  } finally {
    perf.kill('SIGINT');
    await once(perf, 'close');
  }
  return read(output);
}

// A line an event: its count first, or why there is none.
function read(output = ''): number {
  const counts = output.split('\n').filter((line) => line.includes('instructions'));
  return counts.reduce((sum, line) => sum + Number(line.split(',')[0]), 0);
}
