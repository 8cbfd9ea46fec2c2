import { setTimeout as delay } from 'node:timers/promises';

/** Waits for so many milliseconds, or until the signal aborts. Never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return delay(ms, undefined, { signal }).catch(() => undefined);
}

export interface BackOff {
  firstMs: number;
  longestMs: number;
}

/** Milliseconds to wait before the next attempt, where so many in a row have failed before the last: doubled each time. */
export function backOffMs(failures: number, { firstMs, longestMs }: BackOff): number {
  return Math.min(firstMs * 2 ** failures, longestMs);
}

export interface UntilOptions {
  /** Milliseconds from the end of one turn to the begin of the next. */
  everyMs: number;
  /** Milliseconds from the call to the first turn; none when not given. */
  firstMs?: number;
  /**
   * Told of what a turn threw, but for one that ended because the signal aborted; the loop goes on. Where nobody is told, the
   * loop ends and rejects with it.
   */
  onFault?(error: unknown): void;
  /** Waits between turns: `pause`, but for clocks that are not the machine's. */
  sleep?(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Does something in turns until the signal aborts, and resolves when the last turn has ended. A turn may say in how many
 * milliseconds the next one is to begin.
 */
export async function until(
  signal: AbortSignal,
  turn: () => Promise<number | void>,
  { everyMs, firstMs = 0, onFault = rethrow, sleep = pause }: UntilOptions,
): Promise<void> {
  if (firstMs > 0) await sleep(firstMs, signal);
  while (!signal.aborted) {
    const wanted = await attempt(turn).catch((error: unknown) => {
      if (!signal.aborted) onFault(error);
    });
    await sleep(wanted ?? everyMs, signal);
  }
}

function rethrow(error: unknown): never {
  throw error;
}

/** What is thrown before the first `await` is a rejection like any other. */
async function attempt<T>(turn: () => Promise<T>): Promise<T> {
  return turn();
}
