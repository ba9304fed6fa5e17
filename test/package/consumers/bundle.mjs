// Run inside a project that has installed the package: bundles its page for browsers and prints what went in.
import { pathToFileURL } from 'node:url';

const [, , vite, entry] = process.argv;
const { build } = await import(pathToFileURL(vite));

const [{ output }] = await build({
  configFile: false,
  logLevel: 'error',
  build: { lib: { entry, formats: ['es'] }, write: false, minify: false },
});
const chunks = output.filter(({ type }) => type === 'chunk');

process.stdout.write(
  JSON.stringify({
    modules: chunks.flatMap(({ moduleIds }) => moduleIds),
    imports: chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]),
    code: chunks.map(({ code }) => code).join('\n'),
  }),
);
