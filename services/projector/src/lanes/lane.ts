import type { LogBatch, ReadPosition } from '@threadlog/log';
import { readCheckpoint, type Checkpoint } from '@threadlog/read-models';
import { setTimeout as delay } from 'node:timers/promises';
import { createApplier, type Applier, type ApplierDeps } from './applier';
import { createBatchQueue, type BatchQueue, type Run } from './batchQueue';
import type { LaneName, LaneObserver } from './observer';

export interface LaneDeps extends ApplierDeps {
  start: Checkpoint;
  observer: LaneObserver;
  /** Of runs that are not small. */
  limit<T>(task: () => Promise<T>): Promise<T>;
  /** Makes the log deliver from here on. */
  seek(partition: number, position: ReadPosition): void;
}

/** Folds one partition into one generation. */
export interface Lane {
  /** Takes the next batch; resolves when the lane has room for another one. */
  accept(batch: LogBatch): Promise<void>;
  /** Why the lane makes no progress, or null. */
  trouble(): Error | null;
  /** Ends after the transaction in progress. */
  close(): Promise<void>;
}

/** Most records of one transaction. */
const MAX_BATCH_RECORDS = 4_000;
/** Decoded records that wait; with the batch in work this bounds a lane's memory. */
const MAX_WAITING_RECORDS = 4_000;
/** A run that small takes next to no room, and its commit is shared with other lanes. */
const SMALL_RUN_RECORDS = 50;
const FIRST_BACKOFF_MS = 50;
const LAST_BACKOFF_MS = 5_000;

export function createLane(deps: LaneDeps): Lane {
  const { observer, generation, partition } = deps;
  const name: LaneName = { generation, partition };
  const queue = createBatchQueue(deps.start.nextOffset, MAX_WAITING_RECORDS);
  const applier = createApplier(deps);
  const closing = new AbortController();
  let trouble: Error | null = null;

  async function work(): Promise<void> {
    for (let run = await queue.take(MAX_BATCH_RECORDS); run; run = await queue.take(MAX_BATCH_RECORDS)) {
      const taken = run;
      await persist(taken);
      observer.lag(name, Math.max(0, taken.head - taken.next.offset));
    }
  }

  /** Tries until the run is in the read model, wherever the checkpoint was found in between. */
  async function persist(run: Run): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; failures += 1) {
      try {
        const task = () => settle(run, { ...deps, applier, queue });
        await (run.entries.length <= SMALL_RUN_RECORDS ? task() : deps.limit(task));
        trouble = null;
        return;
      } catch (error) {
        applier.forget();
        trouble = error as Error;
        const pause = Math.min(FIRST_BACKOFF_MS * 2 ** failures, LAST_BACKOFF_MS);
        observer.retrying(name, error, pause);
        await delay(pause, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  const working = work();
  return {
    accept: (batch) => queue.push(batch),
    trouble: () => trouble,
    async close() {
      closing.abort();
      queue.close();
      await working;
    },
  };
}

type Settling = LaneDeps & { applier: Applier; queue: BatchQueue };

/**
 * Applies what the stored checkpoint says is missing of a run. The lane starts from the checkpoint it knows; where it
 * knows none, after any failure, it asks, and follows: forward past another projector's work, back over commits that a
 * crash of the database took away.
 */
async function settle(run: Run, deps: Settling): Promise<void> {
  const { applier, queue, database, generation, partition } = deps;
  for (;;) {
    const checkpoint =
      applier.checkpoint() ?? (await applier.adopt(await readCheckpoint(database, generation, partition)));
    const { nextOffset } = checkpoint;
    if (nextOffset === run.next.offset) return;
    if (nextOffset < run.from || nextOffset > run.next.offset) {
      deps.observer.moved({ generation, partition }, nextOffset);
      queue.restart(nextOffset);
      deps.seek(partition, { offset: nextOffset, maxEpoch: checkpoint.maxEpoch });
      return;
    }
    const missing = run.entries.filter((entry) => entry.record.offset >= nextOffset);
    if (await applier.apply(missing, run.next)) return;
  }
}
