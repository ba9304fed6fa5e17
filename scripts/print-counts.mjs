// One line for all test reports that it is given: jest's JSON, the TAP of node:test, and plain counts as JSON.
// A report that is not there is one failure, and so is a suite of jest's that could not be loaded.
import { readFileSync } from 'node:fs';

const counts = process.argv.slice(2).map(read);
const sum = (name) => counts.reduce((total, count) => total + count[name], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);

function read(file) {
  try {
    const text = readFileSync(file, 'utf8');
    if (file.endsWith('.tap')) return ofTap(text);
    const report = JSON.parse(text);
    return 'numPassedTests' in report ? ofJest(report) : report;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function ofJest(report) {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function ofTap(text) {
  const count = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)[1]);
  return {
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped') + count('todo'),
  };
}
