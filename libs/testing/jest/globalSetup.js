const { existsSync } = require('node:fs');
const path = require('node:path');

const built = path.join(__dirname, '..', 'dist', 'stack', 'startTestStack.js');

/** Runs once in Jest's own process. What it starts is known to the test files by an environment variable. */
module.exports = async function globalSetup() {
  if (!existsSync(built)) throw new Error('Build first: npm run build (npm run test:int does both).');
  // Test files start our processes some hundred times: each would compile the same modules again.
  process.env.NODE_COMPILE_CACHE ??= path.join(__dirname, '..', '..', '..', '.cache', 'compile');
  const { startTestStack } = require(built);
  const began = Date.now();
  const running = await startTestStack();
  globalThis.threadlogTestStack = running;
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  process.stderr.write(`Test stack (${running.handover.source}) up in ${seconds} s\n`);
};
