import { readFileSync } from 'node:fs';
import path from 'node:path';
import { mustRun, ROOT } from './support/consumer.js';

// Installs Next, which is large: by `node scripts/next-project.mjs`, and here where CI is set.
const testInCi = process.env.CI ? test : test.skip;

testInCi(
  'a Next project with the app router, built from the tarball, is rendered on the server',
  async () => {
    const said = await mustRun(process.execPath, [path.join(ROOT, 'scripts/next-project.mjs')], ROOT);
    expect(said).toContain('the page is rendered on the server');
  },
  300_000,
);

test.each(['dist/client/react.js', 'dist/client-esm/react.js'])("%s begins with 'use client'", (file) => {
  expect(readFileSync(path.join(ROOT, file), 'utf8')).toMatch(/^("use strict";\n)?'use client';\n/);
});
