// `npm run dev`: the storefront, where a change is seen at once. A file of the page: it is built anew. Any other of the
// storefront or of the package: the server is started again. Open pages then load themselves anew.
import { spawn, spawnSync } from 'node:child_process';
import { watch } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const PAGE = path.join('examples', 'storefront', 'web');
const SETTLE_MS = 150;

let server;
let ended = false;
let timer;
let changed = [];

function start() {
  const options = { cwd: root, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] };
  const build = spawnSync(process.execPath, ['scripts/build-if-changed.mjs'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (build.status !== 0) return say('The package could not be built: waiting for the next change.');
  server = spawn(process.execPath, ['--import', 'tsx', 'examples/storefront/server.ts'], options);
  server.once('exit', (code) => {
    server = undefined;
    if (ended) process.exit(0);
    if (code !== 0) say('The storefront ended: waiting for the next change.');
  });
}

function update() {
  say(`${changed.join(', ')} changed.`);
  const onlyPage = changed.every((file) => file.startsWith(PAGE));
  changed = [];
  if (server === undefined) return start();
  if (onlyPage) return server.send('page');
  server.once('exit', start);
  server.kill('SIGTERM');
}

function end() {
  ended = true;
  if (server === undefined) process.exit(0);
  server.kill('SIGTERM');
}

function say(line) {
  process.stdout.write(`dev: ${line}\n`);
}

for (const folder of ['src', path.join('examples', 'storefront')]) {
  watch(path.join(root, folder), { recursive: true }, (_event, file) => {
    const name = path.join(folder, file ?? '');
    if (!changed.includes(name)) changed.push(name);
    // One save is often several events.
    clearTimeout(timer);
    timer = setTimeout(update, SETTLE_MS);
  });
}
process.on('SIGINT', end);
process.on('SIGTERM', end);
// The shell between npm and this process does not pass SIGTERM on.
const parent = process.ppid;
setInterval(() => process.ppid === parent || end(), 250).unref();
say('Watching src and examples/storefront.');
start();
