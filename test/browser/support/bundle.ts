import path from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = path.join(__dirname, '..', '..', '..');
const source = (file: string) => path.join(ROOT, 'src', 'client', file);

/** Bundles one file of test/client/pages. What it names of the package is taken from the sources, not from dist. */
export function bundle(file: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [path.join(ROOT, 'test', 'client', 'pages', file)],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    logLevel: 'error',
    alias: {
      'express-stripe-customer-session/client': source('index.ts'),
      'express-stripe-customer-session/embeds': source('embeds.ts'),
      'express-stripe-customer-session/react': source('react.tsx'),
    },
    define: {
      'process.env.NODE_ENV': '"development"',
      // Vue's bundler build warns without them.
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
  });
  return outputFiles.map(({ text }) => text).join('\n');
}
