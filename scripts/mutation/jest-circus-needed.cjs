const { createEmptyTestResult } = require('@jest/test-result');
const circus = require('jest-circus/runner').default ?? require('jest-circus/runner');
const { keep, knownOf } = require('./known-tests.cjs');

// A file without any test would fail.
const SKIPPED = {
  ancestorTitles: [],
  failureMessages: [],
  fullName: 'skipped',
  status: 'pending',
  title: '',
};

let caught;

/**
 * Runs a test file as jest-circus does, unless it can tell nothing: none of its tests reaches the mutant, or a test of another file
 * has caught it. Jest would load each file first, which is most of the time that a mutant takes.
 */
module.exports = async (globalConfig, config, environment, runtime, testPath, send) => {
  const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
  const wanted = new RegExp(globalConfig.testNamePattern || '', 'i');
  const isNeeded = knownOf(testPath)?.names.some((name) => wanted.test(name)) ?? true;
  if (mutant !== undefined && (caught === mutant || !isNeeded)) {
    return { ...createEmptyTestResult(), numPendingTests: 1, testFilePath: testPath, testResults: [SKIPPED] };
  }
  const result = await circus(globalConfig, config, environment, runtime, testPath, send);
  if (mutant === undefined) {
    const names = result.testResults.map(({ fullName }) => fullName);
    const ms = result.testResults.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
    keep(testPath, { names, ms });
  } else if (result.numFailingTests > 0) caught = mutant;
  return result;
};
