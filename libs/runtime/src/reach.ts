import { backOffMs, ConfigError, type Logger } from '@threadlog/service';
import { setTimeout as delay } from 'node:timers/promises';

export interface ReachOptions {
  logger: Logger;
  /** Ends the waiting: rejects with its reason. */
  signal: AbortSignal;
  /** Faults that waiting does not mend, which reject at once. */
  fatal?: (error: unknown) => boolean;
  /**
   * A mistake of whoever configured us that the error comes from, as `VARIABLE: what to do`. One that stays for
   * `mistakeMs` (12,000) ends the waiting with a `ConfigError`: a broker that starts may look like one for a moment.
   */
  mistakeOf?: (error: unknown) => Promise<string | null>;
  mistakeMs?: number;
  /** Hears what is waited for, in one line; null once it is there. */
  tell?: ((line: string | null) => void) | undefined;
  /** Milliseconds before the first further attempt, doubled up to 2,000; default 100. */
  firstDelayMs?: number;
}

const LONGEST_DELAY_MS = 2_000;
/** So long the same mistake must be seen, in milliseconds. */
const MISTAKE_MS = 12_000;

/**
 * Tries until it succeeds: at the start of a deployment the servers we need may be later than we are. The first failure
 * and every tenth are logged.
 */
export async function reach<T>(what: string, attempt: () => Promise<T>, options: ReachOptions): Promise<T> {
  const { logger, signal, fatal = () => false, firstDelayMs = 100, tell = () => undefined } = options;
  const backOff = { firstMs: firstDelayMs, longestMs: LONGEST_DELAY_MS };
  const watch = mistakes(options);
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    try {
      const there = await attempt();
      tell(null);
      return there;
    } catch (error) {
      if (fatal(error)) throw error;
      const mistake = await watch(error);
      tell(`${what} cannot be reached: ${mistake ?? (error as Error).message}`);
      if (failures % 10 === 0)
        logger.warn({ err: error, ...(mistake && { mistake }) }, `${what} cannot be reached, trying again`);
      await delay(backOffMs(failures, backOff), undefined, { signal });
    }
  }
}

/** Throws once the same mistake has been seen for long enough. */
function mistakes({ mistakeOf, mistakeMs = MISTAKE_MS }: ReachOptions): (error: unknown) => Promise<string | null> {
  let seen: { mistake: string; since: number } | null = null;
  return async (error) => {
    const mistake = (await mistakeOf?.(error)) ?? null;
    if (mistake === null || mistake !== seen?.mistake)
      seen = mistake === null ? null : { mistake, since: performance.now() };
    else if (performance.now() - seen.since >= mistakeMs) throw new ConfigError([mistake]);
    return mistake;
  };
}
