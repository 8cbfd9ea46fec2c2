const { createRequire } = require('node:module');

// The environment that Jest itself brings.
const { TestEnvironment } = createRequire(require.resolve('jest'))('jest-environment-node');

const isLast = ({ type, fn }) => type === 'afterAll' && fn.runsLast === true;

function putLast(block) {
  block.hooks.sort((one, other) => Number(isLast(one)) - Number(isLast(other)));
  block.children.filter(({ type }) => type === 'describeBlock').forEach(putLast);
}

/**
 * Runs clean-ups of the shared servers behind all other hooks of their file or `describe`: Jest runs `afterAll` in the
 * order of definition, so databases would be dropped below whatever is closed by a later one.
 */
module.exports = class CleanUpLastEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.nativeModule = (name, from) => createRequire(from)(name);
  }

  handleTestEvent({ name }, state) {
    if (name === 'run_start') putLast(state.rootDescribeBlock);
  }
};
