const { createRequire } = require('node:module');
const { performance } = require('node:perf_hooks');
const { setTimeout: delay } = require('node:timers/promises');

// The environment that Jest itself brings.
const { TestEnvironment } = createRequire(require.resolve('jest'))('jest-environment-node');

const isLast = ({ type, fn }) => type === 'afterAll' && fn.runsLast === true;

function putLast(block) {
  block.hooks.sort((one, other) => Number(isLast(one)) - Number(isLast(other)));
  block.children.filter(({ type }) => type === 'describeBlock').forEach(putLast);
}

/** What ends by itself, such as a connection that was told to close, has done so by then. */
const GRACE_MS = 2_000;
/** What keeps a process from ending; of those that do not, such as idle connections of `fetch`, Node tells nothing here. */
const KINDS = new Set(['ChildProcess', 'Server', 'Http2Server', 'Http2SecureServer', 'Socket', 'TLSSocket']);

const described = (handle) =>
  [handle.constructor.name, handle.spawnargs?.join(' '), handle.remotePort, handle.address?.()?.port]
    .filter(Boolean)
    .join(' ');

/** What there is now and was not before. */
async function leftOpen(before) {
  const deadline = performance.now() + GRACE_MS;
  for (;;) {
    const left = process
      ._getActiveHandles()
      .filter((handle) => !before.has(handle) && KINDS.has(handle.constructor.name));
    if (left.length === 0 || performance.now() > deadline) return left.map(described);
    await delay(20);
  }
}

/**
 * Runs clean-ups of the shared servers behind all other hooks of their file or `describe`: Jest runs `afterAll` in the
 * order of definition, so databases would be dropped below whatever is closed by a later one.
 */
module.exports = class CleanUpLastEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.testPath = context.testPath;
    this.before = new Set(process._getActiveHandles());
  }

  async setup() {
    await super.setup();
    this.global.nativeModule = (name, from) => createRequire(from)(name);
  }

  async teardown() {
    const left = await leftOpen(this.before);
    if (left.length > 0) process.stderr.write(`${this.testPath} ends with these open: ${left.join(', ')}\n`);
    await super.teardown();
  }

  handleTestEvent({ name }, state) {
    if (name === 'run_start') putLast(state.rootDescribeBlock);
  }
};
