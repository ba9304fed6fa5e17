const path = require('node:path');
const { availableParallelism } = require('node:os');

/** What every suite shares. @type {import('jest').Config} */
const project = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  // Sources name their imports `./x.js`, as Node will find them once built.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.stryker-tmp/'],
};

/** What every run shares. @type {import('jest').Config} */
const run = {
  // No test depends on another's: they come in another order each time. `--seed=…` brings an order back.
  randomize: true,
  // A hang never ends; a busy machine is only late.
  testTimeout: 60_000,
  // Many suites start servers and processes of their own, and wait for them more than they work.
  maxWorkers: Math.max(3, Math.floor(availableParallelism() / 2)),
};

/** A suite with a command of its own: the tests of one folder. @returns {import('jest').Config} */
function suiteOf(folder) {
  const name = path.relative(path.join(__dirname, 'test'), folder);
  return { ...run, ...project, testMatch: [`<rootDir>/test/${name}/**/*.test.{ts,tsx}`] };
}

module.exports = { project, run, suiteOf };
