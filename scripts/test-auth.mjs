// The sign-in libraries of examples/auth over the packed package: types, then tests. Their counts are in reports/auth.tap.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { installPacked, mustRun, root } from './packed-examples.mjs';

const folder = path.join(root, 'examples/auth');
const report = path.join(root, 'reports/auth.tap');

installPacked(folder);

const libraries = readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'app.ts')));
console.log(`Checking the types of ${libraries.join(', ')} …`);
const tsc = path.join(folder, 'node_modules/typescript/bin/tsc');
for (const project of ['.', ...libraries]) mustRun(folder, process.execPath, [tsc, '-p', project]);

mkdirSync(path.dirname(report), { recursive: true });
const to = (reporter, destination) => [
  `--test-reporter=${reporter}`,
  `--test-reporter-destination=${destination}`,
];
const files = libraries.map((library) => `${library}/app.test.ts`);
mustRun(folder, process.execPath, [
  '--import',
  'tsx',
  '--test',
  ...to('spec', 'stdout'),
  ...to('tap', report),
  ...files,
]);
