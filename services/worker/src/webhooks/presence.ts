import { randomUUID } from 'node:crypto';
import type { PresenceChange, Signals } from '@threadlog/runtime';
import { createLimiter } from '@threadlog/service';
import type { Outcome } from './attempt';
import type { WebhookObserver } from './observe';
import type { WebhookEvent, WebhookEventName } from './payload';

export interface PresenceDeps {
  signals: Pick<Signals, 'listen'>;
  wanted: ReadonlySet<WebhookEventName>;
  attempt(event: WebhookEvent): Promise<Outcome>;
  observer: WebhookObserver;
  now(): Date;
}

/** Under way at once. */
const MAX_PRESENCE = 8;
/** Waiting for their turn; what comes beyond is not told. */
const MAX_PRESENCE_WAITING = 1_000;

/**
 * Tells of who comes online and goes offline, over all instances together, until the signal aborts: each once, and never
 * again where that fails. What is said of presence is out of date soon.
 */
export function tellOfPresence(deps: PresenceDeps, signal: AbortSignal): void {
  const { signals, wanted, attempt, observer } = deps;
  const limit = createLimiter(MAX_PRESENCE);
  let waiting = 0;
  const end = signals.listen({
    presence(change) {
      const event = presenceEvent(change, deps.now());
      if (!wanted.has(event.name)) return;
      if (waiting >= MAX_PRESENCE_WAITING) return observer.withheld('overloaded');
      waiting += 1;
      void limit(() => attempt(event)).then((outcome) => {
        waiting -= 1;
        if (outcome.kind === 'delivered') observer.delivered();
        else observer.failed(outcome.reason);
      });
    },
  });
  signal.addEventListener('abort', end, { once: true });
}

function presenceEvent({ tenantId, userId, state, lastSeenAt }: PresenceChange, now: Date): WebhookEvent {
  return {
    id: randomUUID(),
    name: state === 'online' ? 'user.online' : 'user.offline',
    timestamp: now.toISOString(),
    tenantId,
    seq: null,
    data: { userId, lastSeenAt: new Date(lastSeenAt).toISOString() },
  };
}
