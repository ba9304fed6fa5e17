import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const fixture = path.join(__dirname, 'no-trace.fixture.cjs');
const dist = path.join(__dirname, '../../dist/index.js');
const major = Number(process.versions.node.split('.')[0]);

// Every release line ships as the npm package node@N.
async function nodeOf(line: number): Promise<string | undefined> {
  if (line === major) return process.execPath;
  const asked = ['--yes', '--package', `node@${line}`, 'node', '-p', 'process.execPath'];
  try {
    return (await run('npx', asked, { timeout: 120_000 })).stdout.trim();
  } catch {
    return undefined;
  }
}

function skipVisibly(why: string): void {
  if (process.env.CI === 'true') throw new Error(why);
  process.emitWarning(`no-trace.test.ts: skipped, ${why}`);
}

async function tracesOn(node: string, ...args: string[]): Promise<unknown> {
  // That it ends by itself is part of what is tested; the limit is for the case that it does not.
  const { stdout } = await run(node, [fixture, ...args], { timeout: 60_000 });
  return JSON.parse(stdout);
}

test.each([20, 22, 24, 26])(
  'importing and using the package on Node.js %i leaves every global as it was, and lets the process end',
  async (line) => {
    if (!existsSync(dist)) return skipVisibly('dist/ is not built');
    const node = await nodeOf(line);
    if (!node) return skipVisibly(`node@${line} cannot be had`);
    await expect(tracesOn(node)).resolves.toEqual({
      version: expect.stringMatching(`^v${line}\\.`),
      untouched: [],
      touched: [],
      fetched: 'customer_session',
    });
  },
  200_000,
);

test('a library that imports undici is noticed', async () => {
  if (!existsSync(dist)) return skipVisibly('dist/ is not built');
  const traces = await tracesOn(process.execPath, 'control');
  expect(traces).toMatchObject({
    untouched: expect.arrayContaining(['Symbol(undici.globalDispatcher.1)']),
  });
});
