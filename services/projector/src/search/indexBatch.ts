import type { LogBatch, ReadPosition } from '@threadlog/log';
import type { Database, Look, ProjectionWait, SearchTokens } from '@threadlog/read-models';
import { decodeInTurns } from '../folding/inTurns';
import { indexRows, type IndexSealing } from './indexRows';
import { beginSearchCheckpoints, commitIndex } from './storage';

export interface IndexingDeps {
  database: Database;
  generation: number;
  partitions: number;
  sealing: IndexSealing;
  tokens: SearchTokens;
  /** How far the read model itself is. */
  projected: ProjectionWait<Look>;
  limit<T>(task: () => Promise<T>): Promise<T>;
}

/**
 * Indexes the texts of a batch. Waits until the read model itself has what the batch is about: whatever time there is
 * belongs to it first, and a match is looked up there anyway. Resolves with the position to go on from where the index was
 * found elsewhere: nothing was written then.
 */
export async function indexBatch(
  deps: IndexingDeps,
  batch: LogBatch,
  signal: AbortSignal,
): Promise<ReadPosition | undefined> {
  const { database, generation, partitions } = deps;
  const { partition, from, next } = batch;
  await deps.projected.until(new Map([[partition, next.offset]]), { signal });
  const events = (await decodeInTurns(batch)).flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []));
  const write = await indexRows(events, deps);
  const indexed = { generation, partition, from, to: next, write };
  if (await deps.limit(() => commitIndex(database, indexed))) return undefined;
  return (await beginSearchCheckpoints(database, generation, partitions)).get(partition)!;
}
