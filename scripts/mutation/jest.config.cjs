const { project } = require('../../jest.base.js');

// Each test file loads these anew for each mutant: one file each is quicker than their hundreds.
const BUNDLES = Object.fromEntries(
  ['express', 'stripe', 'supertest'].map((name) => [
    `^${name}$`,
    `${process.env.MUTATION_BUNDLES}/${name}.cjs`,
  ]),
);

/** The tests of one group of groups.mjs, on one major of Express. @type {import('jest').Config} */
module.exports = {
  ...project,
  moduleNameMapper: { ...project.moduleNameMapper, ...BUNDLES },
  testTimeout: 10_000,
  testMatch: process.env.MUTATION_TESTS.split(' ').map((tests) => `<rootDir>/test/${tests}`),
  testEnvironment: require.resolve('./first-failure.cjs'),
  testRunner: require.resolve('./jest-circus-needed.cjs'),
  testSequencer: require.resolve('./quickest-first.cjs'),
};
