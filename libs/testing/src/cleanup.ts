type Cleanup = () => Promise<unknown> | unknown;

/** What a test file has to undo at its end, in reverse order of the doing. */
export interface Cleanups {
  add(cleanup: Cleanup): void;
}

/**
 * Registers with the test runner, so it must be called where a file or a `describe` is set up, not inside a test.
 * @throws AggregateError (as a failing `afterAll`) when something could not be undone; the rest is undone all the same.
 */
export const cleanupAfterAll = (): Cleanups => {
  const { afterAll } = globalThis as { afterAll?: (hook: () => Promise<void>, timeoutMs: number) => void };
  if (!afterAll) throw new Error('Only within a Jest test file.');
  const cleanups: Cleanup[] = [];
  afterAll(async () => {
    const failures: unknown[] = [];
    for (const cleanup of cleanups.reverse()) {
      try {
        await cleanup();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Clean-up failed');
  }, 60_000);
  return { add: (cleanup) => cleanups.push(cleanup) };
};
