/** Runs once in Jest's own process, after the last test file, failed or not. */
module.exports = async function globalTeardown() {
  await globalThis.threadlogTestStack?.stop();
};
