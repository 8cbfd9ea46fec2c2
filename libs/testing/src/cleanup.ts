type Cleanup = () => Promise<unknown> | unknown;
type Hook = (() => Promise<void>) & { runsLast?: boolean };

/** What a test file has to undo at its end, in reverse order of the doing. */
export interface Cleanups {
  add(cleanup: Cleanup): void;
}

const HOOK_MS = 60_000;
/** A failed test may leave behind what never ends, such as a pool that waits for a borrowed connection. */
const CLEANUP_MS = 30_000;

/**
 * Registers with the test runner, so it must be called where a file or a `describe` is set up, not inside a test.
 * @throws AggregateError (as a failing `afterAll`) when something could not be undone; the rest is undone all the same.
 */
export const cleanupAfterAll = (): Cleanups => register(false);

/** The same behind all other hooks of the file or `describe`, whenever they were defined (`jest/environment.js`). */
export const cleanupLast = (): Cleanups => register(true);

function register(runsLast: boolean): Cleanups {
  const { afterAll } = globalThis as { afterAll?: (hook: Hook, timeoutMs: number) => void };
  if (!afterAll) throw new Error('Only within a Jest test file.');
  const cleanups: Cleanup[] = [];
  const hook: Hook = async () => {
    const failures: unknown[] = [];
    for (const cleanup of cleanups.reverse()) {
      try {
        await withinTime(cleanup());
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `Clean-up failed: ${failures.join('; ')}`);
  };
  afterAll(Object.assign(hook, { runsLast }), HOOK_MS);
  return { add: (cleanup) => cleanups.push(cleanup) };
}

async function withinTime(undoing: unknown): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`it took longer than ${CLEANUP_MS} ms`)), CLEANUP_MS);
  await Promise.race([undoing, late.promise]).finally(() => clearTimeout(timer));
}
