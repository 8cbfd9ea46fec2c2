import { setTimeout as delay } from 'node:timers/promises';
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
    const waited = new AbortController();
    const timer = delay(SLOW_MS, null, { signal: waited.signal, ref: false }).catch(() => null);
    const ended = limit(async () => (waited.signal.aborted ? null : Promise.race([(running = attempt()), timer])));
    const outcome = await Promise.race([ended, timer]);
    waited.abort();
    return { outcome, attempt: outcome ? null : running };
  };
}
