import type { Outcome } from './attempt';
import type { WebhookObserver } from './observe';
import { nextPause } from './schedule';
import type { LateDelivery, WebhookStore } from './store';

export interface SettleDeps {
  store: WebhookStore;
  observer: WebhookObserver;
  now(): Date;
  /** At least 0, below 1. */
  random(): number;
}

/** Does with a delivery of the store what its attempt asks for. Returns when the next of its lane may be tried. */
export async function settle(deps: SettleDeps, delivery: LateDelivery, outcome: Outcome): Promise<number> {
  const { store, observer } = deps;
  const now = deps.now();
  if (outcome.kind === 'delivered') {
    observer.delivered();
    await store.remove(delivery);
    return now.getTime();
  }
  observer.failed(outcome.reason);
  const pause = outcome.kind === 'refused' ? null : pauseAfter(deps, delivery, outcome);
  if (pause === null) {
    observer.gaveUp();
    await store.bury(delivery, now, outcome);
    return now.getTime();
  }
  const dueAt = new Date(now.getTime() + pause);
  await store.postpone(delivery, dueAt, outcome);
  return dueAt.getTime();
}

function pauseAfter(deps: SettleDeps, { attempts }: LateDelivery, { retryAfterMs }: Outcome & { kind: 'failed' }) {
  return nextPause({ attempts: attempts + 1, retryAfterMs, random: deps.random() });
}
