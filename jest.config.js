const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
const base = {
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
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

// What speaks HTTP through the router runs on both majors of Express.
const bothMajors = ['<rootDir>/test/http/**/*.test.ts'];

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    {
      ...base,
      displayName: 'all',
      testMatch: ['<rootDir>/test/**/*.test.{ts,tsx}'],
    },
    {
      ...base,
      displayName: 'express 4',
      testMatch: bothMajors,
      moduleNameMapper: { ...base.moduleNameMapper, '^express$': 'express4' },
    },
  ],
  // A hang never ends; a busy machine is only late.
  testTimeout: 60_000,
  // Many suites start servers and processes of their own, and wait for them more than they work.
  maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
};
