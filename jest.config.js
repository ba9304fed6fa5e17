const { project, run } = require('./jest.base.js');

// What has a jest.config.js, and so a command, of its own.
const apart = ['browser', 'package'].map((folder) => `<rootDir>/test/${folder}/`);
// What speaks HTTP through the router runs on both majors of Express.
const bothMajors = ['<rootDir>/test/http/**/*.test.ts'];

/** @type {import('jest').Config} */
module.exports = {
  ...run,
  projects: [
    {
      ...project,
      displayName: 'all',
      testMatch: ['<rootDir>/test/**/*.test.{ts,tsx}'],
      testPathIgnorePatterns: ['/node_modules/', ...apart],
    },
    {
      ...project,
      displayName: 'express 4',
      testMatch: bothMajors,
      moduleNameMapper: { ...project.moduleNameMapper, '^express$': 'express4' },
    },
  ],
};
