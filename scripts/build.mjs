// Builds dist/: the server as CommonJS, the one implementation, with a generated ES module door to it, so that a
// class is the same class through both; the front end as CommonJS for Node and as real ES modules for bundlers.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const require = createRequire(import.meta.url);

const DOORS = [
  'index',
  'customers/postgres',
  'customers/redis',
  'testing/index',
  'client/index',
  'client/embeds',
  'client/react',
];

// Types are checked where the declarations are written.
const CODE = ['--declaration', 'false', '--removeComments', '--noCheck'];
const DECLARATIONS = ['--emitDeclarationOnly'];

const startedAt = performance.now();
rmSync(dist, { recursive: true, force: true });
for (const [project, name] of [
  ['tsconfig.build.json', 'the server'],
  ['src/client/tsconfig.json', 'the front end'],
]) {
  say(`Compiling ${name} …`);
  compile(project, CODE);
  compile(project, DECLARATIONS);
}
say('Compiling the front end for bundlers …');
compile('src/client/tsconfig.esm.json', CODE);
writeFileSync(path.join(dist, 'client-esm', 'package.json'), '{ "type": "module", "sideEffects": false }\n');
const imported = new Map();
for (const door of DOORS) followDeclarations(path.join(dist, `${door}.d.ts`));
dropOtherDeclarations();
const stripeTypes = new Set([...imported.keys()].filter((file) => leadsToStripe(file)));
for (const file of stripeTypes) writeEsmTypes(file);
for (const door of DOORS) writeEsmDoor(path.join(dist, door));
say(`dist/ is built, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);

// Not to stdout: npm pack --json builds first, and its own output is JSON.
function say(line) {
  process.stderr.write(`${line}\n`);
}

function compile(project, options) {
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', path.join(root, project), ...options], { stdio: 'inherit' });
}

/** Notes in `imported` what a declaration imports, and so on from there. */
function followDeclarations(file) {
  if (imported.has(file)) return;
  const names = [...readFileSync(file, 'utf8').matchAll(/(?:from |import\()'([^']+)'/g)].map(
    ([, name]) => name,
  );
  imported.set(file, names);
  for (const name of names) if (name.startsWith('.')) followDeclarations(declarationOf(file, name));
}

function declarationOf(importer, name) {
  return path.join(path.dirname(importer), name.replace(/\.js$/, '.d.ts'));
}

function dropOtherDeclarations() {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(dist, name);
    if (name.endsWith('.d.ts') && !imported.has(file)) rmSync(file);
  }
}

function writeEsmDoor(door) {
  const names = Object.keys(require(`${door}.js`)).sort();
  if (names.length === 0) throw new Error(`${door}.js exports nothing`);
  const commonJs = `./${path.basename(door)}.js`;
  const list = names.map((name) => `  ${name},`).join('\n');
  writeFileSync(`${door}.mjs`, `export {\n${list}\n} from '${commonJs}';\n`);
  if (!stripeTypes.has(`${door}.d.ts`)) writeFileSync(`${door}.d.mts`, `export * from '${commonJs}';\n`);
}

function leadsToStripe(file, passed = new Set()) {
  if (passed.has(file)) return false;
  passed.add(file);
  return imported
    .get(file)
    .some(
      (name) =>
        name === 'stripe' || (name.startsWith('.') && leadsToStripe(declarationOf(file, name), passed)),
    );
}

// Declarations of its own for the ES module door, where they lead to stripe-node: read as CommonJS they would name the
// CommonJS types of stripe-node, which are not those that a host in ES modules imports.
function writeEsmTypes(file) {
  let types = readFileSync(file, 'utf8');
  for (const name of imported.get(file)) {
    if (!stripeTypes.has(declarationOf(file, name))) continue;
    types = types.replaceAll(`'${name}'`, `'${name.replace(/\.js$/, '.mjs')}'`);
  }
  writeFileSync(file.replace(/\.d\.ts$/, '.d.mts'), types);
}
