// Builds dist/: the server as CommonJS, the one implementation, with a generated ES module door to it, so that a
// class is the same class through both; the front end as CommonJS for Node and as real ES modules for bundlers.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

rmSync(dist, { recursive: true, force: true });
compile('tsconfig.build.json');
compile('src/client/tsconfig.json');
compile('src/client/tsconfig.esm.json');
mkdirSync(path.join(dist, 'client-esm'), { recursive: true });
writeFileSync(path.join(dist, 'client-esm', 'package.json'), '{ "type": "module", "sideEffects": false }\n');
for (const door of DOORS) writeEsmDoor(door);
dropDeclarations(path.join(dist, 'doctor'));

function compile(project) {
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', path.join(root, project)], { stdio: 'inherit' });
}

function writeEsmDoor(door) {
  const names = Object.keys(require(path.join(dist, `${door}.js`))).sort();
  if (names.length === 0) throw new Error(`dist/${door}.js exports nothing`);
  const file = `./${path.basename(door)}.js`;
  const list = names.map((name) => `  ${name},`).join('\n');
  writeFileSync(path.join(dist, `${door}.mjs`), `export {\n${list}\n} from '${file}';\n`);
  writeEsmTypes(path.join(dist, door));
}

// Declarations of its own for the ES module door, and for all that they lead to: read as CommonJS they would name the
// CommonJS types of stripe-node, which are not those that a host in ES modules imports.
function writeEsmTypes(file) {
  if (existsSync(`${file}.d.mts`)) return;
  const types = readFileSync(`${file}.d.ts`, 'utf8');
  const relative = /(from |import\()'(\.[^']+)\.js'/g;
  writeFileSync(`${file}.d.mts`, types.replace(relative, "$1'$2.mjs'"));
  for (const [, , target] of types.matchAll(relative)) writeEsmTypes(path.join(path.dirname(file), target));
}

// A command is run, not imported.
function dropDeclarations(folder) {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.d.ts')) rmSync(path.join(folder, name));
  }
}
