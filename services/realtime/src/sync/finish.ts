import { frame, placeOf, type Delivery, type Frame } from '../frames';
import { withoutWithdrawn } from '../presenters/withdrawn';
import type { Subscription } from '../rooms/connection';
import type { Rooms } from '../rooms/rooms';

/** What catching up of one stream came to: the deliveries lead to `seq`, which only a resync may not know. */
export interface Outcome {
  threadId: string;
  seq: number | null;
  kind: 'resumed' | 'resync';
  deliveries: readonly Delivery[];
}

export interface FinishDeps {
  rooms: Rooms;
  /** Newest dispatched seq of a stream, as far as the ring has it. */
  lastSeq(subscription: Subscription, threadId: string): number | null;
}

/**
 * Sends what was missed, then what was held back meanwhile and is not part of it, then one end for each stream, and lets
 * the socket go live: all in one turn, so nothing comes in between. Where too much was held back, nothing is sent but a
 * `resync` for each stream, at its newest dispatched seq.
 */
export function finish(deps: FinishDeps, subscription: Subscription, outcomes: readonly Outcome[]): void {
  if (subscription.state !== 'syncing') return;
  if (subscription.held) sendAll(deps, subscription, subscription.held, outcomes);
  else giveUp(deps, subscription, outcomes);
  deps.rooms.goLive(subscription);
}

function sendAll(
  { rooms }: FinishDeps,
  subscription: Subscription,
  held: readonly Delivery[],
  outcomes: readonly Outcome[],
): void {
  const { due, reached } = inOrder(held, outcomes);
  for (const delivery of withoutWithdrawn(due)) {
    const shown = rooms.shownTo(subscription, delivery);
    for (const each of shown?.frames ?? []) subscription.connection.wire.emit(each);
  }
  for (const { threadId, kind } of outcomes) {
    const end = { ...placeOf(threadId), seq: reached.get(threadId) ?? null };
    subscription.connection.wire.emit({ name: kind, payload: end } as Frame);
  }
}

/** What was missed, then what was held back above it; and how far that leads in each stream. */
function inOrder(held: readonly Delivery[], outcomes: readonly Outcome[]) {
  const reached = new Map(outcomes.map(({ threadId, seq }) => [threadId, seq]));
  const due = outcomes.flatMap(({ deliveries }) => deliveries);
  for (const delivery of held) {
    const seq = reached.get(delivery.threadId);
    if (delivery.seq !== null && delivery.seq <= (seq ?? 0)) continue;
    due.push(delivery);
    if (seq !== undefined && delivery.seq !== null) reached.set(delivery.threadId, delivery.seq);
  }
  return { due, reached };
}

function giveUp(deps: FinishDeps, subscription: Subscription, outcomes: readonly Outcome[]): void {
  const reached = new Map(outcomes.map(({ threadId, seq }) => [threadId, seq]));
  for (const threadId of new Set([...reached.keys(), subscription.threadId])) {
    const seq = deps.lastSeq(subscription, threadId) ?? reached.get(threadId) ?? null;
    subscription.connection.wire.emit(frame('resync', { ...placeOf(threadId), seq }));
  }
}
