const { TestEnvironment } = require('jest-environment-node');

/** One failing test is enough to catch a mutant: the others of its file are skipped. */
module.exports = class FirstFailureEnvironment extends TestEnvironment {
  async handleTestEvent(event) {
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') this.hasFailed = true;
    if (event.name === 'test_start' && this.hasFailed) event.test.mode = 'skip';
  }
};
