import { nodeOf, run } from '../../test/package/support/consumer.js';
import { FRONT_END, type Row } from './rows.js';

const NODE = process.execPath;
const ROLLUP = ['node-resolve', 'commonjs', 'replace'].map((name) => [`@rollup/plugin-${name}`, 'latest']);

/** What makes a page's script of the front end. */
export function pageBundlerRows(): Row[] {
  const row = (name: string, module: string, packages: Record<string, string>): Row => ({
    section: 'Bundlers, for the page',
    name,
    packages: [module],
    checks: async (install) => {
      const project = await install({ ...FRONT_END, ...packages });
      return { bundle: await run(NODE, ['bundle-page.mjs', module], project) };
    },
  });
  return [
    ...['5', '6', '7', '8'].map((major) => row(`Vite ${major}`, 'vite', { vite: `^${major}` })),
    row('webpack 5', 'webpack', { webpack: '^5' }),
    row('Rspack 2', '@rspack/core', { '@rspack/core': '^2' }),
    row('Rollup 4', 'rollup', { rollup: '^4', ...Object.fromEntries(ROLLUP) }),
    row('esbuild 0.28', 'esbuild', { esbuild: '~0.28.0' }),
    row('Parcel 2 with packageExports', '@parcel/core', { parcel: '^2' }),
  ];
}

/** What makes one file of a server, as serverless hosts do; the file is run. */
export function serverBundlerRows(): Row[] {
  const row = (name: string, module: string, range: string): Row => ({
    section: 'Bundlers, for the server',
    name: `${name} for Node.js`,
    packages: [module],
    checks: async (install) => {
      const project = await install({ [module]: range });
      const bundle = await run(NODE, ['bundle-server.mjs', module, 'one-file.cjs'], project);
      return bundle.code === 0
        ? { bundle, 'sessions from the bundle': await run(NODE, ['one-file.cjs'], project) }
        : { bundle };
    },
  });
  return [
    row('esbuild', 'esbuild', '~0.28.0'),
    row('webpack', 'webpack', '^5'),
    row('ncc', '@vercel/ncc', 'latest'),
  ];
}

/** Hosts' own tests: the server's part, and the page's in a drawn-up browser. */
export function testRunnerRows(folder: string): Row[] {
  const jest = (major: string): Row => ({
    section: 'Test runners',
    name: `Jest ${major}`,
    packages: ['jest'],
    checks: async (install) => {
      const packages = { jest: `^${major}`, 'jest-environment-jsdom': `^${major}` };
      const project = await install({ ...FRONT_END, ...packages });
      const test = (file: string) => run(NODE, ['node_modules/jest/bin/jest.js', file], project);
      return {
        sessions: await test('jest-server.test.js'),
        'front end in jsdom': await test('jest-page.test.js'),
      };
    },
  });
  const vitest = (major: string, line: string): Row => ({
    section: 'Test runners',
    name: `Vitest ${major}`,
    packages: ['vitest'],
    checks: async (install) => {
      // Vitest 5 takes no types of Node.js 20.
      const packages = { vitest: `^${major}`, jsdom: '^26', '@types/node': `^${line}` };
      const project = await install({ ...FRONT_END, ...packages });
      const node = await nodeOf(line, folder);
      const test = (file: string) => run(node, ['node_modules/vitest/vitest.mjs', 'run', file], project);
      return {
        sessions: await test('vitest-server.test.mjs'),
        'front end in jsdom': await test('vitest-page.test.mjs'),
      };
    },
  });
  return [...['28', '29', '30'].map(jest), vitest('3', '20'), vitest('4', '20'), vitest('5', '22')];
}
