import type { EventLog, FollowOptions } from '@threadlog/log';
import {
  generationSchema,
  readCheckpoints,
  type Checkpoint,
  type Database,
  type MessageStore,
} from '@threadlog/read-models';
import { createLane } from '../lanes/lane';
import type { LaneObserver } from '../lanes/observer';
import { createRegistry } from '../projections/registry';
import { createCommitter } from '../storage/committer';

/** Under load rows come a few milliseconds later, in a fraction of the transactions. */
const MIN_INTERVAL_MS = 10;
/** Most records of a transaction. Far behind, so many share one; caught up, each event has its own. */
const MAX_BATCH_RECORDS = 4_000;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

export interface GenerationProjectorDeps {
  database: Database;
  log: EventLog;
  store: MessageStore;
  generation: number;
  /** The partitions that it folds; others of the log are some other projector's. */
  share: ReadonlySet<number>;
  observer: LaneObserver;
  limit<T>(task: () => Promise<T>): Promise<T>;
}

/** Keeps one generation up with its share of the log: a lane for each partition. */
export interface GenerationProjector {
  readonly generation: number;
  readonly share: ReadonlySet<number>;
  /** Resolves when the log delivers to all lanes. */
  readonly ready: Promise<void>;
  /** Why some lane makes no progress, or null. */
  trouble(): Error | null;
  /** Ends after the transactions in progress. */
  stop(): Promise<void>;
}

export async function startGenerationProjector(deps: GenerationProjectorDeps): Promise<GenerationProjector> {
  const { database, log, store, generation, share, observer } = deps;
  await store.prepare();
  const found = await beginCheckpoints(database, generation, log.partitions);
  const checkpoints = new Map([...found].filter(([partition]) => share.has(partition)));
  const registry = createRegistry(store.kind);
  const commit = createCommitter(database);
  const lanes = new Map<number, FollowOptions['onBatch']>();
  for (const partition of checkpoints.keys())
    lanes.set(partition, createLane({ ...deps, partition, registry, commit }));
  const subscription = await log.follow({
    name: `projector-${generation}`,
    minIntervalMs: MIN_INTERVAL_MS,
    maxBatchRecords: MAX_BATCH_RECORDS,
    maxBatchBytes: MAX_BATCH_BYTES,
    start: new Map(
      [...checkpoints].map(([partition, at]) => [partition, { offset: at.nextOffset, maxEpoch: at.maxEpoch }]),
    ),
    onBatch: (batch, signal) => lanes.get(batch.partition)!(batch, signal),
    onRetry: ({ partition, error, delayMs }) => observer.retrying({ generation, partition }, error, delayMs),
  });
  return {
    generation,
    share,
    ready: subscription.ready,
    trouble: subscription.trouble,
    async stop() {
      await subscription.stop();
      for (const partition of share) observer.left({ generation, partition });
    },
  };
}

/** A row for every partition, so that a lane moves it and never has to make it. */
async function beginCheckpoints(
  database: Database,
  generation: number,
  partitions: number,
): Promise<Map<number, Checkpoint>> {
  await database.query(
    `insert into ${generationSchema(generation)}.checkpoints (partition, next_offset, max_epoch)
     select partition, 0, 0 from generate_series(0, $1::integer - 1) as partition on conflict do nothing`,
    [partitions],
  );
  return readCheckpoints(database, generation);
}
