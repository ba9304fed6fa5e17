// Run inside a project that has installed the package and a bundler: bundles its page for browsers, and checks that the
// front end is in it and nothing of Node.js.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

const [, , bundler] = process.argv;
const out = mkdtempSync(path.resolve('page-'));
const entry = path.resolve('page.js');
const { outputText } = ts.transpileModule(readFileSync('checkout.tsx', 'utf8'), {
  compilerOptions: { jsx: ts.JsxEmit.ReactJSX, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
});
writeFileSync(entry, outputText);
const production = { 'process.env.NODE_ENV': '"production"' };

const BUNDLERS = {
  async vite({ build }) {
    await build({
      configFile: false,
      logLevel: 'error',
      define: production,
      build: { lib: { entry, formats: ['es'] }, outDir: out, minify: false },
    });
  },
  async esbuild({ build }) {
    const where = { entryPoints: [entry], outdir: out, bundle: true, platform: 'browser', format: 'esm' };
    await build({ ...where, define: production, logLevel: 'error' });
  },
  async rollup({ rollup }) {
    const plugin = async (name) => (await import(`@rollup/plugin-${name}`)).default;
    const [resolve, commonjs, replace] = await Promise.all(
      ['node-resolve', 'commonjs', 'replace'].map(plugin),
    );
    const plugins = [
      replace({ values: production, preventAssignment: true }),
      resolve({ browser: true }),
      commonjs(),
    ];
    const onwarn = ({ code, message }) => assert.equal(code, 'MODULE_LEVEL_DIRECTIVE', message);
    await (await rollup({ input: entry, plugins, onwarn })).write({ dir: out });
  },
  webpack: withWebpack,
  '@rspack/core': withWebpack,
  async '@parcel/core'({ Parcel }) {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
    const exports = { '@parcel/resolver-default': { packageExports: true } };
    writeFileSync('package.json', JSON.stringify({ ...manifest, ...exports }));
    await new Parcel({
      entries: entry,
      defaultConfig: '@parcel/config-default',
      mode: 'production',
      shouldDisableCache: true,
      targets: {
        main: {
          distDir: out,
          outputFormat: 'esmodule',
          context: 'browser',
          includeNodeModules: true,
          optimize: false,
        },
      },
    }).run();
  },
};

async function withWebpack(module) {
  const { webpack } = module.webpack ? module : module.default;
  const stats = await promisify(webpack)({
    mode: 'production',
    target: 'web',
    entry,
    output: { path: out, library: { type: 'module' } },
    experiments: { outputModule: true },
    optimization: { minimize: false },
  });
  assert.deepEqual(stats.toJson({ errors: true, warnings: true }).errors, []);
}

await BUNDLERS[bundler](await import(bundler));
const code = readdirSync(out)
  .filter((name) => /\.m?js$/.test(name))
  .map((name) => readFileSync(path.join(out, name), 'utf8'))
  .join('\n');
assert.match(code, /CustomerSessionError/);
assert.doesNotMatch(code, /\b(from|import|require\() ?["']node:|browser-external/);
process.stdout.write(JSON.stringify({ bundler, bytes: code.length }));
