/**
 * A module as Node itself loads it, past Jest, which cannot load some ES modules; in integration tests. One instance is
 * shared by all test files of a process.
 * @param from the file that asks, whose `node_modules` count
 */
export const nativeModule = (name: string, from: string): unknown =>
  (globalThis as unknown as { nativeModule(name: string, from: string): unknown }).nativeModule(name, from);
