import { randomUUID } from 'node:crypto';
import type { PresenceChange, Signals } from '@threadlog/runtime';
import { createLimiter } from '@threadlog/service';
import type { Outcome } from './attempt';
import { passes, wants } from './endpoints/endpoint';
import type { WebhookObserver } from './observe';
import type { WebhookEvent, WebhookEventName } from './payload';
import type { Receiver } from './receiver';
import type { Registry } from './registry';

export interface PresenceDeps {
  signals: Pick<Signals, 'listen'>;
  registry: Pick<Registry, 'toldOf'>;
  attempt(receiver: Receiver, event: WebhookEvent): Promise<Outcome>;
  observer: WebhookObserver;
  now(): Date;
}

/** Under way at once, of an endpoint. */
const MAX_PRESENCE = 8;
/** Waiting for their turn at an endpoint; what comes beyond is not told. */
const MAX_PRESENCE_WAITING = 1_000;

/**
 * Tells of who comes online and goes offline, over all instances together, until the signal aborts: each once, and never
 * again where that fails. What is said of presence is out of date soon.
 */
export function tellOfPresence(deps: PresenceDeps, signal: AbortSignal): void {
  const { signals, registry } = deps;
  const tellers = new WeakMap<Receiver, (event: WebhookEvent) => void>();
  const end = signals.listen({
    presence(change) {
      const event = presenceEvent(change, deps.now());
      for (const receiver of registry.toldOf(change.tenantId)) {
        const { endpoint } = receiver;
        if (!wants(endpoint, event.name, event.timestamp) || !passes(endpoint, event.name, undefined)) continue;
        const tell = tellers.get(receiver) ?? createTeller(deps, receiver);
        tellers.set(receiver, tell);
        tell(event);
      }
    },
  });
  signal.addEventListener('abort', end, { once: true });
}

/** One endpoint does not wait for another. */
function createTeller({ attempt, observer }: PresenceDeps, receiver: Receiver): (event: WebhookEvent) => void {
  const limit = createLimiter(MAX_PRESENCE);
  let waiting = 0;
  return (event) => {
    if (waiting >= MAX_PRESENCE_WAITING) return observer.withheld('overloaded');
    waiting += 1;
    void limit(() => attempt(receiver, event)).then((outcome) => {
      waiting -= 1;
      if (outcome.kind === 'delivered') observer.delivered();
      else observer.failed(outcome.reason);
    });
  };
}

function presenceEvent(
  { tenantId, userId, state, lastSeenAt }: PresenceChange,
  now: Date,
): WebhookEvent & { name: WebhookEventName } {
  return {
    id: randomUUID(),
    name: state === 'online' ? 'user.online' : 'user.offline',
    timestamp: now.toISOString(),
    tenantId,
    seq: null,
    data: { userId, lastSeenAt: new Date(lastSeenAt).toISOString() },
  };
}
