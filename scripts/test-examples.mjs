// The examples that have packages of their own, over the packed package: types, then tests. Names the folders of examples/
// to test; all by default. The counts are in reports/<folder>.tap.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { installPacked, mustRun, root, withTarball } from './packed.mjs';

const examples = path.join(root, 'examples');
const reports = path.join(root, 'reports');
const named = process.argv.slice(2);
const folders = named.length > 0 ? named : ['auth', 'integration'];

mkdirSync(reports, { recursive: true });
withTarball((tarball) => {
  for (const name of folders) {
    try {
      const folder = path.join(examples, name);
      installPacked(folder, tarball);
      test(folder, path.join(reports, `${name}.tap`));
    } catch (error) {
      console.error(error.message);
      process.exitCode = 1;
    }
  }
});

function test(folder, report) {
  const rooms = ['.', ...readdirSync(folder).filter((name) => name !== 'node_modules')];
  const tsc = path.join(folder, 'node_modules/typescript/bin/tsc');
  for (const room of rooms.filter((name) => existsSync(path.join(folder, name, 'tsconfig.json')))) {
    console.log(`Checking the types of ${path.relative(root, path.join(folder, room))} …`);
    mustRun(folder, process.execPath, [tsc, '-p', room]);
  }
  const files = rooms.flatMap((room) => testsOf(folder, room));
  const reporters = { spec: 'stdout', tap: report };
  mustRun(folder, process.execPath, [
    '--import',
    'tsx',
    '--test',
    ...Object.keys(reporters).map((reporter) => `--test-reporter=${reporter}`),
    ...Object.values(reporters).map((destination) => `--test-reporter-destination=${destination}`),
    ...files,
  ]);
}

function testsOf(folder, room) {
  if (room === '.' || path.extname(room) !== '') return [];
  const names = readdirSync(path.join(folder, room)).filter((name) => name.endsWith('.test.ts'));
  return names.map((name) => path.join(room, name));
}
