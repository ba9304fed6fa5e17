// Everything but the tests: does it build, do the types hold, is it formatted, linted, needed and small?
// Runs all checks, says what each found, and fails when one of them did.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

const node = (script, ...args) => [path.join(root, script), ...args];
const tsc = (project) => node('node_modules/typescript/bin/tsc', '--noEmit', '-p', project);

const CHECKS = {
  build: node('scripts/build.mjs'),
  'types of the server, the tests, the examples and the bench': tsc('tsconfig.json'),
  'types of the front end': tsc('src/client/tsconfig.json'),
  'types of the tests of the front end': tsc('test/client/tsconfig.json'),
  'types of the page of the storefront': tsc('examples/storefront/web/tsconfig.json'),
  'types of the front-end recipes': tsc('examples/recipes-web/tsconfig.json'),
  'format (Biome)': node(
    'node_modules/@biomejs/biome/bin/biome',
    'ci',
    '--error-on-warnings',
    '--colors=off',
  ),
  'lint (oxlint)': node('node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'),
  'nothing unused (knip)': node('node_modules/knip/bin/knip.js'),
  'the version has its heading in CHANGELOG.md': node('scripts/check-changelog.mjs'),
  'docs/reference is what the comments say (TypeDoc)': node('scripts/reference/run.mjs', '--compare'),
  'workflows (actionlint)': node('scripts/check-workflows.mjs'),
  'size of the front end (size-limit)': node('node_modules/size-limit/bin.js'),
  'size of the tarball': node('scripts/check-tarball.mjs'),
};

const SHOWS_ITS_FIGURES = /^size of /;

let failed = 0;
for (const [name, args] of Object.entries(CHECKS)) {
  process.stdout.write(`${name} … `);
  const { code, output } = await run(args);
  process.stdout.write(code === 0 ? 'ok\n' : 'FAILED\n');
  if (code === 0 && !SHOWS_ITS_FIGURES.test(name)) continue;
  failed += code === 0 ? 0 : 1;
  process.stdout.write(`\n${output.trim()}\n\n`);
}
process.stdout.write(
  failed === 0 ? 'All checks passed.\n' : `${failed} of ${Object.keys(CHECKS).length} checks failed.\n`,
);
process.exitCode = failed === 0 ? 0 : 1;

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
