// Installs the packed tarball into a Next project with the app router (test/package/next), builds it, and renders its
// page on the server. `npm run build` first. Says what it does; ends with an error when the page is not as it should be.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(path.join(tmpdir(), 'next-project-'));
// Without the server's peers, which a front end has no use for.
const QUIET = [
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  '--prefer-offline',
  '--legacy-peer-deps',
  '--ignore-scripts',
];
const EXPECTED = ['the form of a guest', 'status: loading', 'looking for your cards'];
// The customer's form needs a session, and the server asks for none.
const UNEXPECTED = ['the form of a customer'];

try {
  say('packing');
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  const project = path.join(folder, 'project');
  cpSync(path.join(root, 'test/package/next'), project, { recursive: true });
  say('installing next and the tarball');
  run('npm', ['install', ...QUIET, path.join(folder, tarball)], project);
  const next = path.join(project, 'node_modules/next/dist/bin/next');
  say('building');
  run(process.execPath, [next, 'build'], project);
  say('rendering');
  check(await render(next, project));
  say('the page is rendered on the server');
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

async function render(next, project) {
  const port = await freePort();
  const server = spawn(process.execPath, [next, 'start', '--port', String(port), '--hostname', '127.0.0.1'], {
    cwd: project,
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise((resolve, reject) => {
      server.stdout.setEncoding('utf8').on('data', (text) => {
        if (text.includes('Ready')) resolve();
      });
      server.on('exit', (code) => reject(new Error(`next start ended with ${code}`)));
    });
    const response = await fetch(`http://127.0.0.1:${port}/`);
    if (response.status !== 200) throw new Error(`the page is a ${response.status}`);
    return await response.text();
  } finally {
    server.removeAllListeners('exit');
    server.kill();
  }
}

function check(html) {
  // What a browser is given to hydrate with is in scripts, and has every text of the page in it.
  const page = html.replaceAll(/<script\b[\s\S]*?<\/script>/g, '');
  const missing = EXPECTED.filter((text) => !page.includes(text));
  const wrong = UNEXPECTED.filter((text) => page.includes(text));
  if (missing.length > 0 || wrong.length > 0)
    throw new Error(`missing: ${missing.join(', ')}; not to be there: ${wrong.join(', ')}\n${page}`);
}

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
}

// A NODE_ENV of somebody else's (Jest's) would make another build of it.
function environment() {
  const { NODE_ENV: _ours, ...env } = process.env;
  return { ...env, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function say(line) {
  process.stdout.write(`next project: ${line}\n`);
}
