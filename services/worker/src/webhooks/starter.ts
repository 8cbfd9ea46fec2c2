import { setTimeout as delay } from 'node:timers/promises';
import { createLimiter } from '@threadlog/service';
import type { Outcome } from './attempt';
import type { WebhookEvent } from './payload';

/** Deliveries under way at once from what is new. */
const MAX_LIVE = 32;
/** A receiver that takes longer holds up its own lane only, not what else is new; in milliseconds. */
const SLOW_MS = 1_000;

export interface Started {
  /** Null where it takes longer than is waited for. */
  outcome: Outcome | null;
  /** Still under way; null where it did not even begin, and will not. */
  attempt: Promise<Outcome> | null;
}

/** Attempts, a number at a time, each waited for no longer than a slow one may take. */
export function createStarter(
  attempt: (event: WebhookEvent) => Promise<Outcome>,
): (event: WebhookEvent) => Promise<Started> {
  const limit = createLimiter(MAX_LIVE);
  return async (event) => {
    let running: Promise<Outcome> | null = null;
    const waited = new AbortController();
    const ended = limit(async () => (waited.signal.aborted ? null : (running = attempt(event))));
    const timer = delay(SLOW_MS, null, { signal: waited.signal, ref: false }).catch(() => null);
    const outcome = await Promise.race([ended, timer]);
    waited.abort();
    return { outcome, attempt: outcome ? null : running };
  };
}
