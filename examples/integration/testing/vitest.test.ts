import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { it } from 'node:test';

const ROOT = path.join(import.meta.dirname, '..');

it('Vitest: gives a session of the signed-in customer', () => {
  const vitest = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  execFileSync(process.execPath, [vitest, 'run', '--dir', 'testing/vitest'], {
    cwd: ROOT,
    env,
    stdio: 'pipe',
  });
});
