import { setTimeout as delay } from 'node:timers/promises';
import type { LogBatch, ReadPosition } from '@threadlog/log';
import type { Outcome } from './attempt';
import { dueOf, OPEN_FOR_MS, type Due, type DueDeps } from './due';
import type { LateLanes } from './lateLanes';
import type { WebhookEvent } from './payload';
import { settle, type SettleDeps } from './settle';
import { createStarter } from './starter';
import type { LateDelivery } from './store';

export interface LiveDeps extends SettleDeps, DueDeps {
  /** Where each partition stands; moved along. */
  positions: Map<number, ReadPosition>;
  lateLanes: LateLanes;
  attempt(event: WebhookEvent): Promise<Outcome>;
}

/** Beyond so many deliveries that wait nothing new is read: the log is where it waits. */
const MAX_WAITING = 100_000;
const FULL_LOOK_MS = 1_000;
/** With nothing to deliver the position is stored so often: what is read again costs little. */
const IDLE_STORE_MS = 1_000;

/** Of a lane in one batch: what was not taken, and the attempt at the first of it that is under way or has failed. */
interface Untaken {
  late: LateDelivery[];
  attempt: Promise<Outcome> | null;
}

/**
 * Delivers what is new, batch by batch: lanes beside each other, each in order. What is not taken at once is noted, with
 * all behind it in its lane, and only then the position moves; so a process that ends in between repeats deliveries, and
 * leaves none out.
 */
export function createLiveDeliveries(deps: LiveDeps, signal: AbortSignal): (batch: LogBatch) => Promise<void> {
  const { positions, store } = deps;
  const deliverLane = createLaneDelivery(deps, signal);
  const storedAt = new Map<number, number>();
  const roomFor = createRoomFor(deps, signal);

  async function deliver({ partition, next }: LogBatch, due: readonly Due[]): Promise<void> {
    const openedAt = performance.now();
    const lanes = [...Map.groupBy(due, ({ lane }) => lane)];
    const results = await Promise.allSettled(lanes.map(([lane, all]) => deliverLane(lane, all, openedAt)));
    const noted = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    let isStored = false;
    try {
      for (const result of results) if (result.status === 'rejected') throw result.reason;
      const late = noted.flatMap((untaken) => untaken.late);
      await store.advance(partition, next, late);
      isStored = true;
    } finally {
      for (const untaken of noted) seeTo(deps, untaken, { isStored, signal });
    }
  }

  return async (batch) => {
    const { partition, next } = batch;
    await roomFor();
    if (signal.aborted) throw signal.reason;
    const from = positions.get(partition)?.offset ?? 0;
    const due = await dueOf(
      deps,
      batch.records.filter(({ offset }) => offset >= from),
    );
    const now = performance.now();
    if (due.length > 0) await deliver(batch, due);
    else if (now - (storedAt.get(partition) ?? -Infinity) > IDLE_STORE_MS) await store.advance(partition, next, []);
    else return;
    storedAt.set(partition, now);
    if (from < next.offset) positions.set(partition, next);
  };
}

/** Delivers what a batch has of a lane, in order, as far as it is taken. */
function createLaneDelivery(deps: LiveDeps, signal: AbortSignal) {
  const { lateLanes, observer } = deps;
  const start = createStarter(deps.attempt);

  /** From here on the lane is late. */
  function untaken(lane: string, rest: readonly Due[], attempt: Promise<Outcome> | null): Untaken {
    const dueAt = deps.now();
    lateLanes.note(lane, { dueAt: dueAt.getTime(), busy: attempt !== null });
    const late = rest.map(({ partition, offset, event: { id: eventId, tenantId } }) => {
      return { partition, offset, lane, tenantId, eventId, attempts: 0, dueAt };
    });
    return { late, attempt };
  }

  return async (lane: string, all: readonly Due[], openedAt: number): Promise<Untaken> => {
    for (const [at, due] of all.entries()) {
      const rest = all.slice(at);
      if (lateLanes.has(lane) || performance.now() - openedAt > OPEN_FOR_MS) return untaken(lane, rest, null);
      const { outcome, attempt } = await start(due.event);
      if (signal.aborted) throw signal.reason;
      if (outcome?.kind !== 'delivered') return untaken(lane, rest, outcome ? Promise.resolve(outcome) : attempt);
      observer.delivered();
    }
    return { late: [], attempt: null };
  };
}

/** The attempt under way ends in the row that is there now; where there is none, the batch comes again. */
function seeTo(
  deps: LiveDeps,
  { late: [first], attempt }: Untaken,
  { isStored, signal }: { isStored: boolean; signal: AbortSignal },
): void {
  if (!first) return;
  const { lateLanes } = deps;
  const { lane } = first;
  lateLanes.noted(lane);
  if (!attempt) return;
  const again = deps.now().getTime();
  if (!isStored) return lateLanes.release(lane, again);
  void attempt
    .then((outcome) => (signal.aborted ? again : settle(deps, first, outcome)))
    .then(
      (dueAt) => lateLanes.release(lane, dueAt),
      () => lateLanes.release(lane, again),
    );
}

/** An endpoint that takes nothing for long holds its position: the log keeps what comes, at no cost. */
function createRoomFor({ store, lateLanes }: LiveDeps, signal: AbortSignal): () => Promise<void> {
  let lookedAt = -Infinity;
  return async () => {
    if (lateLanes.size === 0 || performance.now() - lookedAt < FULL_LOOK_MS) return;
    while (!signal.aborted && (await store.waiting()) >= MAX_WAITING)
      await delay(FULL_LOOK_MS, undefined, { signal }).catch(() => undefined);
    lookedAt = performance.now();
  };
}
