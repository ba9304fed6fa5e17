// Tries the package in an existing app: applies a patch with the lines that mount the router, installs the packed
// tarball, starts the app against the emulator, and runs the doctor against it. The patch finds in the environment
// STRIPE_SECRET_KEY and STRIPE_CONFIG (JSON, for `createStripe(key, config)`); a customer cus_RealApp exists.
//
//   node scripts/real-app.mjs <folder> --patch mount.patch --start 'npm start' --url http://localhost:3000/customer-session
//     [--install 'npm install'] [--sign-in './sign-in.sh'] [--header 'Cookie: …'] [--keep]
//
// --install <command> gets the tarball appended, and `stripe` where the app has none; --sign-in <command> prints header lines of a signed-in user.
// The folder is changed, and left so with --keep.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const NAME = 'express-stripe-customer-session';
const CUSTOMER = 'cus_RealApp';
const START_MS = 180_000;
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

const { folder, patch, url, start, install, signIn, headers, keep } = readArguments();
const scratch = mkdtempSync(path.join(tmpdir(), 'real-app-'));
const { startStripeEmulator } = require(path.join(root, 'dist/testing/index.js'));
const emulator = await startStripeEmulator();
emulator.addCustomer({ id: CUSTOMER });
let app;
try {
  say('Packing and installing …');
  run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', scratch], root);
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const stripe = existsSync(path.join(folder, 'node_modules/stripe')) ? '' : ' stripe';
  shell(`${install} ${path.join(scratch, `${NAME}-${version}.tgz`)}${stripe}`, folder);
  say('Applying the patch …');
  run('patch', ['-p1', '--forward', '--quiet', '-i', patch], folder);
  say('Starting the app …');
  app = await startApp();
  const signedIn = signIn === undefined ? [] : shell(signIn, folder).split('\n').filter(Boolean);
  const code = await runDoctor([...headers, ...signedIn]);
  printRow(code);
  process.exitCode = code;
} finally {
  if (app?.pid !== undefined && app.exitCode === null) process.kill(-app.pid, 'SIGTERM');
  if (!keep) run('patch', ['-p1', '--reverse', '--quiet', '-i', patch], folder);
  await emulator.close();
  rmSync(scratch, { recursive: true, force: true });
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      patch: { type: 'string' },
      start: { type: 'string', default: 'npm start' },
      install: { type: 'string', default: 'npm install --no-audit --no-fund' },
      url: { type: 'string' },
      'sign-in': { type: 'string' },
      header: { type: 'string', multiple: true, default: [] },
      keep: { type: 'boolean', default: false },
    },
  });
  if (positionals.length !== 1 || values.patch === undefined || values.url === undefined) {
    throw new Error('Usage: node scripts/real-app.mjs <folder> --patch <file> --url <address of the route>');
  }
  const { header, 'sign-in': signInCommand, ...rest } = values;
  return {
    ...rest,
    folder: path.resolve(positionals[0]),
    patch: path.resolve(values.patch),
    url: new URL(values.url),
    headers: header,
    signIn: signInCommand,
  };
}

// In a group of its own: what npm or a watcher starts ends with it.
async function startApp() {
  const child = spawn(start, {
    cwd: folder,
    shell: true,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: url.port,
      NODE_ENV: 'development',
      STRIPE_SECRET_KEY: emulator.secretKey,
      STRIPE_CONFIG: JSON.stringify(emulator.stripeConfig),
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said = `${said}${text}`.slice(-4_000);
    });
  }
  const until = Date.now() + START_MS;
  while (!(await listens())) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`The app did not start:\n${said}`);
    await pause(250);
  }
  return child;
}

function listens() {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname);
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.end());
  });
}

function runDoctor(headerLines) {
  const headerFile = path.join(scratch, 'headers.txt');
  writeFileSync(headerFile, headerLines.join('\n'));
  const signedIn = headerLines.length === 0 ? [] : ['--header', `@${headerFile}`];
  const script = path.join(folder, 'node_modules', NAME, 'dist/doctor/main.js');
  const child = spawn(
    process.execPath,
    [script, 'doctor', '--url', url.href, '--api', emulator.url, ...signedIn],
    {
      cwd: folder,
      stdio: 'inherit',
      env: { ...process.env, STRIPE_SECRET_KEY: emulator.secretKey },
    },
  );
  return new Promise((resolve) => child.on('close', resolve));
}

function printRow(code) {
  const added = readFileSync(patch, 'utf8').match(/^\+(?!\+\+ ).*\S/gm) ?? [];
  const express = JSON.parse(
    readFileSync(path.join(folder, 'node_modules/express/package.json'), 'utf8'),
  ).version;
  const sessions = emulator.sessions.length;
  say(
    `express ${express}, ${added.length} lines added, ${sessions} sessions made, the doctor ended with ${code}`,
  );
}

function run(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function shell(command, cwd) {
  return run('sh', ['-c', command], cwd);
}

function say(text) {
  process.stderr.write(`${text}\n`);
}
