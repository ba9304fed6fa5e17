import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CATALOGUE } from '../../src/doctor/catalogue.js';
import { startStripeEmulator } from '../../src/testing/index.js';
import { makeApp } from './support/app-folder.js';
import { CANARY, runDoctor, runText } from './support/run-doctor.js';
import { ADA, closeLater, startShop } from './support/shop.js';

const ROOT = path.join(__dirname, '../..');

describe('the command line', () => {
  it.each([
    [[], 'The one command is "doctor".'],
    [['docter'], 'The one command is "doctor".'],
    [['doctor', '--hedaer', CANARY], 'Unknown option. Did you mean --header?'],
    [['doctor', `--${CANARY.repeat(3)}`], 'There is an unknown option.'],
    [['doctor', '--header', 'Cookie:', CANARY], 'There is a word too many.'],
    [['doctor', '--url'], '--url takes a value.'],
    [['doctor', '--json=yes'], '--json takes no value.'],
    [['doctor', '--url', 'shop.example/customer-session'], '--url takes an address'],
    [['doctor', '--url', `https://ada:${CANARY}@shop.example/`], '--url must hold no user or password.'],
    [['doctor', '--header', CANARY], "--header takes 'Name: value'"],
    [['doctor', '--header', `Cookie: a\r\nX-${CANARY}: b`], "--header takes 'Name: value'"],
    [['doctor', '--header', `@/no/such/${CANARY}`], '--header @file: the file cannot be read.'],
    [['doctor', '--customer', 'acct_1'], '--customer takes the id of a customer'],
    [['doctor', '--redisplay', 'some'], '--redisplay takes always, limited, all or off.'],
    [['doctor', '--limit', '11'], '--limit takes a whole number from 1 to 10.'],
  ])('%j is refused with 2 and the usage, and not repeated', async (argv, message) => {
    const { code, out, err } = await runText(argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toContain('Usage: npx express-stripe-customer-session doctor');
  });

  it.each([['--help'], ['-h'], ['doctor', '--help']])('%s prints the usage', async (...argv) => {
    expect(await runText(argv)).toEqual({ code: 0, out: expect.stringMatching(/^Usage: /), err: '' });
  });

  it('--version prints the version', async () => {
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    expect(await runText(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it('reads headers from a file, one a line', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'escs-header-'));
    const file = path.join(folder, 'headers.txt');
    writeFileSync(file, `X-User: ada\r\n\r\nCookie: sid=${CANARY}\n`);
    const { url } = await startShop();
    expect(await runDoctor(['--url', url, '--header', `@${file}`])).toMatchObject({ code: 0, codes: [] });
    rmSync(folder, { recursive: true });
  });
});

describe('the report', () => {
  it('fits 80 columns, and says what was seen, the fix and the page', async () => {
    const { url } = await startShop({}, {});
    const { out } = await runText(['doctor', '--url', url, ...ADA]);
    expect(out).toContain(`
To put right
  1. Express does not see that the request came over https.
     Seen: POST was answered with 403 tls_required, although the address is
           https.
     Fix:  Tell it of the proxy in front: app.set('trust proxy', 1), with the
           number of proxies; and have the proxy set X-Forwarded-Proto to https,
           not append to it.
     Page: docs/doctor.md#missing-trust-proxy
`);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(out).toMatch(/\n1 problem, 1 suggestion\.\nThe pages are in/);
  });

  it('of a right set-up ends with one line that says so', async () => {
    const { url } = await startShop();
    const { out } = await runText(['doctor', '--url', url, ...ADA]);
    expect(out).toContain('\nIn order\n  - Node.js ');
    expect(out).toContain('\nNothing to put right.\n');
  });

  it('has a heading in docs/doctor.md for each finding, and no other', () => {
    const page = readFileSync(path.join(ROOT, 'docs/doctor.md'), 'utf8');
    const headings = [...page.matchAll(/^## ([\w-]+)$/gm)].map(([, heading]) => heading);
    expect([...headings].sort()).toEqual(Object.keys(CATALOGUE).sort());
  });
});

describe('the installed packages', () => {
  it.each([
    ['peer-missing', { stripe: '23.1.0' }, 'express is not installed.'],
    ['peer-out-of-range', { stripe: '23.1.0', express: '4.16.4' }, 'express 4.16.4 is installed'],
    ['peer-out-of-range', { stripe: '15.12.0', express: '5.3.0' }, 'stripe 15.12.0 is installed'],
    ['peer-out-of-range', { stripe: '23.1.0', express: '5.3.0', react: '17.0.2' }, 'react 17.0.2'],
  ])('%s for %j', async (code, packages, seen) => {
    const { codes, report } = await runDoctor([], { folder: makeApp(packages) });
    expect(codes).toEqual([code]);
    expect(report.findings[0]?.seen).toContain(seen);
  });

  it.each(['4.17.0', '4.18.0', '4.22.3', '5.0.0'])('express %s is in range', async (version) => {
    const { codes } = await runDoctor([], { folder: makeApp({ express: version, stripe: '16.0.0' }) });
    expect(codes).toEqual([]);
  });
});

test('as a process: the report on stdout, progress on stderr, no colour in a pipe, the exit code', async () => {
  const emulator = await startStripeEmulator();
  closeLater(emulator);
  const { url } = await startShop({ path: '/elsewhere' });
  const argv = ['--import', 'tsx', 'src/doctor/main.ts', 'doctor', '--api', emulator.url, '--url', url];
  const env = { PATH: process.env.PATH, STRIPE_SECRET_KEY: emulator.secretKey, FORCE_COLOR: '1' };
  const ran = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, argv, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
  expect(ran).toEqual({
    code: 1,
    stdout: expect.stringContaining('  1. The address cannot be reached from this machine.\n'),
    stderr: expect.stringContaining('Asking the route as a signed-out browser …\n'),
  });
  expect(ran.stdout).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
  expect(ran.stdout).not.toContain('\u001b');
  expect(`${ran.stdout}${ran.stderr}`).not.toContain(emulator.secretKey);
});
