// Run inside a project that has installed the package and a bundler: makes one file of a server, as serverless hosts do.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const [, , bundler, outfile] = process.argv;
const entry = path.resolve('session.cjs');
const out = path.parse(path.resolve(outfile));

const BUNDLERS = {
  async esbuild({ build }) {
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', logLevel: 'error' });
  },
  async webpack({ default: webpack }) {
    const stats = await promisify(webpack)({
      mode: 'production',
      target: 'node',
      entry,
      // The emulator refuses to run in production.
      optimization: { nodeEnv: false },
      output: { path: out.dir, filename: out.base },
    });
    assert.deepEqual(stats.toJson({ errors: true }).errors, []);
  },
  async '@vercel/ncc'({ default: ncc }) {
    const { code } = await ncc(entry, { quiet: true });
    writeFileSync(outfile, code);
  },
};

await BUNDLERS[bundler](await import(bundler));
