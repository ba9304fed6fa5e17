const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

// Stryker runs the tests in several processes, of which one has made the run without a mutant.
const folder = process.env.MUTATION_KNOWN_TESTS;

function fileOf(testPath) {
  const tests = path.relative(path.join(__dirname, '../..'), testPath);
  return path.join(folder, `${createHash('sha256').update(tests).digest('hex')}.json`);
}

/** What the run without a mutant told of a test file: `names` of its tests, and `ms`. Undefined before it. */
exports.knownOf = (testPath) => {
  const file = fileOf(testPath);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
};

exports.keep = (testPath, known) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(testPath), JSON.stringify(known));
};
