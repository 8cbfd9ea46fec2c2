import type { EventLog, ReadPosition, Subscription } from '@threadlog/log';
import { createProjectionWait, createSearchTokens, foldedBy, type Database } from '@threadlog/read-models';
import { until, type Logger } from '@threadlog/service';
import type { IndexSealing } from './indexRows';
import { indexBatch } from './indexBatch';
import { beginSearchCheckpoints } from './storage';

export interface SearchIndexerDeps {
  database: Database;
  log: EventLog;
  sealing: IndexSealing;
  generation: number;
  /** The partitions that it indexes. */
  share: ReadonlySet<number>;
  logger: Logger;
  limit<T>(task: () => Promise<T>): Promise<T>;
  /** Milliseconds between looks whether a crash of the database has emptied the index; default 5,000. */
  watchMs?: number;
}

/**
 * Keeps the blind index of a generation up with the log, at its own pace and with checkpoints of its own: it follows
 * the projection and never holds it up. Goes on trying until the signal aborts, and ends after the statements in progress.
 */
export async function runSearchIndexer(deps: SearchIndexerDeps, signal: AbortSignal): Promise<void> {
  const { generation, logger } = deps;
  const onFault = (err: unknown) => logger.warn({ generation, err }, 'search index not followed, trying again');
  await until(signal, () => follow(deps, signal), { everyMs: RETRY_MS, onFault });
}

const RETRY_MS = 1_000;
/** A message is found a moment later; its words are not worth a commit of their own. */
const MIN_INTERVAL_MS = 250;
/** Most records that are indexed together. */
const MAX_BATCH_RECORDS = 1_000;
/** Milliseconds between two looks how far the read model is. */
const PACE = { firstMs: 20, longestMs: 500 };

async function follow(deps: SearchIndexerDeps, signal: AbortSignal): Promise<void> {
  const { log, generation, logger, sealing, database } = deps;
  const start = await checkpointsOf(deps);
  const look = async () => ({ offsets: await foldedBy(database, generation) });
  const indexing = {
    ...deps,
    partitions: log.partitions,
    tokens: createSearchTokens(sealing),
    projected: createProjectionWait({ look, pace: PACE }),
  };
  const subscription = await log.follow({
    name: `search-${generation}`,
    minIntervalMs: MIN_INTERVAL_MS,
    maxBatchRecords: MAX_BATCH_RECORDS,
    start,
    onBatch: (batch, stopping) => indexBatch(indexing, batch, stopping),
    onRetry: ({ partition, error }) =>
      logger.warn({ generation, partition, err: error }, 'texts not indexed, trying again'),
  });
  await watch(deps, subscription, signal).finally(() => subscription.stop());
}

async function checkpointsOf({
  database,
  generation,
  log,
  share,
}: SearchIndexerDeps): Promise<Map<number, ReadPosition>> {
  const found = await beginSearchCheckpoints(database, generation, log.partitions);
  return new Map([...found].filter(([partition]) => share.has(partition)));
}

/** An index that a crash emptied stands before where it was left, and nothing need be written to notice. */
function watch(deps: SearchIndexerDeps, subscription: Subscription, signal: AbortSignal): Promise<void> {
  const { generation, share, logger, watchMs = 5_000 } = deps;
  async function look(): Promise<void> {
    // Taken first: a partition that goes on meanwhile is no reason to go back.
    const known = new Map([...share].map((partition) => [partition, subscription.position(partition).offset]));
    const found = await checkpointsOf(deps).catch(() => null);
    for (const [partition, at] of found ?? []) {
      if (at.offset >= known.get(partition)!) continue;
      logger.warn({ generation, partition, offset: at.offset }, 'search index found behind, building it again');
      subscription.seek(partition, at);
    }
  }
  return until(signal, look, { firstMs: watchMs, everyMs: watchMs });
}
