import type { FollowOptions, LogBatch, ReadPosition } from '@threadlog/log';
import { readCheckpoint } from '@threadlog/read-models';
import { isTracing, tellSpan } from '@threadlog/service';
import type { Entry } from '../folding/decodeRecord';
import { decodeInTurns } from '../folding/inTurns';
import { createApplier, type Applier, type ApplierDeps } from './applier';
import type { LaneName } from './observer';

export interface LaneDeps extends ApplierDeps {
  /** Of batches that are not small. */
  limit<T>(task: () => Promise<T>): Promise<T>;
}

/** A batch that small takes next to no room, and its commit is shared with other lanes. */
const SMALL_BATCH_RECORDS = 50;

/**
 * Folds one partition into one generation: a handler of its batches. Resolves when the batch is in the read model, or with
 * the position to go on from, where the checkpoint was found elsewhere; rejects with faults that pass.
 */
export function createLane(deps: LaneDeps): FollowOptions['onBatch'] {
  const { observer, generation, partition } = deps;
  const name: LaneName = { generation, partition };
  const applier = createApplier(deps);
  return async (batch) => {
    const begunAt = isTracing() ? Date.now() : 0;
    const entries = await decodeInTurns(batch);
    const task = () => settle(batch, entries, { ...deps, applier });
    try {
      const goOnAt = await (entries.length <= SMALL_BATCH_RECORDS ? task() : deps.limit(task));
      observer.lag(name, Math.max(0, batch.head - batch.next.offset));
      if (begunAt > 0) tellFolds(batch, name, begunAt);
      return goOnAt;
    } catch (error) {
      applier.forget();
      throw error;
    }
  };
}

/** A span for each event of the batch that is part of a trace: folded together, they took the same time. */
function tellFolds({ records }: LogBatch, { generation, partition }: LaneName, startedAt: number): void {
  for (const record of records) {
    const place = { 'threadlog.partition': partition, 'threadlog.offset': record.offset };
    const facts = { ...place, 'threadlog.generation': generation, 'threadlog.event': record.headers.ce_type ?? '' };
    tellSpan(record, { name: 'fold', startedAt, facts });
  }
}

/**
 * Applies what the stored checkpoint says is missing of a batch. The lane starts from the checkpoint it knows; where it
 * knows none, after any failure, it asks, and follows: forward past another projector's work, back over commits that a
 * crash of the database took away.
 */
async function settle(
  batch: LogBatch,
  entries: readonly Entry[],
  { applier, database, generation, partition, observer }: LaneDeps & { applier: Applier },
): Promise<ReadPosition | undefined> {
  for (;;) {
    const checkpoint =
      applier.checkpoint() ?? (await applier.startFrom(await readCheckpoint(database, generation, partition)));
    const { nextOffset, maxEpoch } = checkpoint;
    if (nextOffset === batch.next.offset) return undefined;
    if (nextOffset < batch.from || nextOffset > batch.next.offset) {
      observer.moved({ generation, partition }, nextOffset);
      return { offset: nextOffset, maxEpoch };
    }
    const missing = entries.filter((entry) => entry.record.offset >= nextOffset);
    if (await applier.apply(missing, batch.next)) return undefined;
  }
}
