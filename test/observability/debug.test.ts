import { execFile } from 'node:child_process';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');

/** What the process writes to stderr, its warnings left out. */
function linesOf(env: Record<string, string>): Promise<string[]> {
  const argv = ['--no-warnings', '--import', 'tsx', 'test/observability/debug-process.ts'];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      argv,
      { cwd: ROOT, env: { PATH: process.env.PATH, ...env } },
      (error, _out, err) => {
        if (error) reject(error);
        else resolve(err.split('\n').filter((line) => line !== ''));
      },
    );
  });
}

test('NODE_DEBUG=customer-session explains each refusal in one line, and prints no secret', async () => {
  const lines = await linesOf({ NODE_DEBUG: 'customer-session' });
  expect(lines.map((line) => line.replace(/^CUSTOMER-SESSION \d+: /, ''))).toEqual([
    '401 unauthenticated: Sign in first. See docs/problems.md#unauthenticated',
    expect.stringMatching(/^403 cross_origin \(\w+\): .+ See docs\/problems\.md#cross_origin$/),
    expect.stringMatching(/^403 tls_required \(\w+\): .+ See docs\/problems\.md#tls_required$/),
    expect.stringMatching(
      /^500 misconfigured \(parameter_unknown, 400, components, req_\w+\): .+ See docs\/problems\.md#misconfigured$/,
    ),
  ]);
  expect(lines.join()).not.toMatch(/canary|cuss_|sk_test|cus_Ada/);
});

test('without it nothing is said', async () => {
  expect(await linesOf({})).toEqual([]);
});
