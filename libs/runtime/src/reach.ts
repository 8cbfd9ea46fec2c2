import { backOffMs, type Logger } from '@threadlog/service';
import { setTimeout as delay } from 'node:timers/promises';

export interface ReachOptions {
  logger: Logger;
  /** Ends the waiting: rejects with its reason. */
  signal: AbortSignal;
  /** Faults that waiting does not mend, which reject at once. */
  fatal?: (error: unknown) => boolean;
  /** Milliseconds before the first further attempt, doubled up to 2,000; default 100. */
  firstDelayMs?: number;
}

const LONGEST_DELAY_MS = 2_000;

/**
 * Tries until it succeeds: at the start of a deployment the servers we need may be later than we are. The first failure
 * and every tenth are logged.
 */
export async function reach<T>(what: string, attempt: () => Promise<T>, options: ReachOptions): Promise<T> {
  const { logger, signal, fatal = () => false, firstDelayMs = 100 } = options;
  const backOff = { firstMs: firstDelayMs, longestMs: LONGEST_DELAY_MS };
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (fatal(error)) throw error;
      if (failures % 10 === 0) logger.warn({ err: error }, `${what} cannot be reached, trying again`);
      await delay(backOffMs(failures, backOff), undefined, { signal });
    }
  }
}
