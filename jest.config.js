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
  testTimeout: 30_000,
  // Many suites start servers and processes of their own.
  maxWorkers: '50%',
};
