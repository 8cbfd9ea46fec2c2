import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog, LogRecord } from '@threadlog/log';
import type { Logger } from '@threadlog/service';
import type { Outcome } from './attempt';
import { dueOf, OPEN_FOR_MS, type Due, type DueDeps } from './due';
import type { LateLanes } from './lateLanes';
import type { WebhookEvent } from './payload';
import { settle, type SettleDeps } from './settle';
import type { LateDelivery } from './store';

export interface LateDeps extends SettleDeps, DueDeps {
  log: Pick<EventLog, 'read'>;
  lateLanes: LateLanes;
  attempt(event: WebhookEvent): Promise<Outcome>;
  logger: Logger;
}

/** Lanes in which something is tried again at once. */
const MAX_LATE = 16;
/** Deliveries of a lane that are taken from the log together. */
const AT_ONCE = 50;
/** Further apart in the log they are read one by one. */
const MAX_SPAN = 500;
const LOOK_EVERY_MS = 100;
/** Where the store or the log fails. */
const TROUBLE_PAUSE_MS = 1_000;

/** Tries again what waits, when it is due: lanes beside each other, each in order. Resolves when the signal aborts. */
export async function runLateDeliveries(deps: LateDeps, signal: AbortSignal): Promise<void> {
  const { lateLanes, observer, logger } = deps;
  const running = new Set<Promise<void>>();
  const run = async (lane: string): Promise<void> => {
    try {
      await catchUp(deps, lane, signal);
    } catch (error) {
      if (!signal.aborted)
        logger.warn({ err: error }, 'late deliveries of a webhook cannot be looked after, trying again');
      lateLanes.release(lane, deps.now().getTime() + TROUBLE_PAUSE_MS);
    }
  };
  while (!signal.aborted) {
    for (let lane; running.size < MAX_LATE && (lane = lateLanes.take(deps.now().getTime())) !== null;) {
      const task: Promise<void> = run(lane).finally(() => running.delete(task));
      running.add(task);
    }
    observer.late(lateLanes.size);
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(running);
}

/** Goes through a lane until its first delivery has to wait, or nothing of it is left. */
async function catchUp(deps: LateDeps, lane: string, signal: AbortSignal): Promise<void> {
  const { store, lateLanes } = deps;
  while (!signal.aborted) {
    const deliveries = await store.first(lane, AT_ONCE);
    if (deliveries.length === 0) return void lateLanes.end(lane);
    const dueAt = await deliverInOrder(deps, deliveries, signal);
    if (dueAt > deps.now().getTime()) return lateLanes.release(lane, dueAt);
  }
}

/** Returns when the first that is left may be tried. */
async function deliverInOrder(
  deps: LateDeps,
  deliveries: readonly LateDelivery[],
  signal: AbortSignal,
): Promise<number> {
  const openedAt = performance.now();
  const found = await findAll(deps, deliveries);
  for (const delivery of deliveries) {
    const now = deps.now().getTime();
    const due = found.get(delivery.offset);
    // It was kept back: about an erased person, or deleted meanwhile.
    if (!due) await deps.store.remove(delivery);
    else if (performance.now() - openedAt > OPEN_FOR_MS) return now;
    else {
      const outcome = await deps.attempt(due.event);
      if (signal.aborted) return now;
      const dueAt = await settle(deps, delivery, outcome);
      if (dueAt > deps.now().getTime()) return dueAt;
    }
  }
  return deps.now().getTime();
}

/** The events of deliveries, read from the log and opened now, by offset. */
async function findAll(deps: LateDeps, deliveries: readonly LateDelivery[]): Promise<Map<number, Due>> {
  const offsets = new Set(deliveries.map(({ offset }) => offset));
  const records: LogRecord[] = [];
  for (const [from, to] of rangesOf(deliveries)) {
    const { partition } = deliveries[0]!;
    // What was noted was no record of a former owner, so the epoch before it does not matter.
    for await (const batch of deps.log.read(partition, { offset: from, maxEpoch: 0 }, to + 1))
      records.push(...batch.records.filter(({ offset }) => offsets.has(offset)));
  }
  return new Map((await dueOf(deps, records)).map((due) => [due.offset, due]));
}

/** Runs of deliveries near each other: the first and the last offset of each. */
function rangesOf(deliveries: readonly LateDelivery[]): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (const { offset } of deliveries) {
    const last = ranges.at(-1);
    if (last && offset - last[0] < MAX_SPAN) last[1] = offset;
    else ranges.push([offset, offset]);
  }
  return ranges;
}
