import { createLimiter } from '@threadlog/service';
import type { Outcome } from './attempt';

/** Deliveries of what is new under way at once, of an endpoint. */
export const MAX_LIVE = 16;
/** A receiver that takes longer holds up its own lane only, not what else is new; in milliseconds. */
export const SLOW_MS = 1_000;

export interface Started {
  /** Null where it takes longer than is waited for. */
  outcome: Outcome | null;
  /** Still under way; null where it did not even begin, and will not. */
  attempt: Promise<Outcome> | null;
}

/** Attempts, a number at a time, each waited for no longer than a slow one may take. One that is slow gives its place up. */
export type Starter = (attempt: () => Promise<Outcome>) => Promise<Started>;

export function createStarter(most: number): Starter {
  const limit = createLimiter(most);
  return async (attempt) => {
    let running: Promise<Outcome> | null = null;
    const { promise: slow, resolve } = Promise.withResolvers<null>();
    let isSlow = false;
    // No signal: each that is aborted makes two errors with their stacks, at every delivery.
    const timer = setTimeout(() => {
      isSlow = true;
      resolve(null);
    }, SLOW_MS).unref();
    const ended = limit(async () => (isSlow ? null : Promise.race([(running = attempt()), slow])));
    const outcome = await Promise.race([ended, slow]);
    clearTimeout(timer);
    return { outcome, attempt: outcome ? null : running };
  };
}
