const { project } = require('../../jest.base.js');

/** The tests of one group of groups.mjs, on one major of Express. @type {import('jest').Config} */
module.exports = {
  ...project,
  testTimeout: 10_000,
  testMatch: process.env.MUTATION_TESTS.split(' ').map((tests) => `<rootDir>/test/${tests}`),
  testEnvironment: require.resolve('./first-failure.cjs'),
  testRunner: require.resolve('./jest-circus-needed.cjs'),
  testSequencer: require.resolve('./quickest-first.cjs'),
};
