import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** 10,000 by default. */
  timeoutMs?: number;
  /** 20 by default. */
  intervalMs?: number;
}

/**
 * Repeats a condition until it holds: it neither throws nor returns false. Put expectations inside.
 * @returns what the condition returned. @throws its last error when the time is over.
 */
export const eventually = async <Result>(
  condition: () => Promise<Result> | Result,
  { timeoutMs = 10_000, intervalMs = 20 }: EventuallyOptions = {},
): Promise<Result> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown = new Error(`The condition did not hold within ${timeoutMs} ms`);
    try {
      const result = await condition();
      if (result !== false) return result;
    } catch (error) {
      failure = error;
    }
    if (performance.now() >= deadline) throw failure;
    await delay(intervalMs);
  }
};
