import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  timeoutMs: number;
  intervalMs?: number;
  /** Ends the wait early; its message becomes the reason. */
  failure?: () => string | null;
}

/**
 * Asks until the condition holds. Errors of the condition count as "not yet"; the last one is the cause of the timeout.
 * @throws Error when the time is over or `failure` names a reason.
 */
export const waitUntil = async (
  what: string,
  condition: () => Promise<boolean> | boolean,
  { timeoutMs, intervalMs = 25, failure }: WaitOptions,
): Promise<void> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let cause: unknown;
    try {
      if (await condition()) return;
    } catch (error) {
      cause = error;
    }
    const reason = failure?.();
    if (reason) throw new Error(`${what}: ${reason}`, { cause });
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`, { cause });
    await delay(intervalMs);
  }
};
