import type { EventLog, Subscription } from '@threadlog/log';
import {
  generationSchema,
  readCheckpoints,
  type Checkpoint,
  type Database,
  type MessageStore,
} from '@threadlog/read-models';
import { createLane, type Lane } from '../lanes/lane';
import type { LaneObserver } from '../lanes/observer';
import { createRegistry } from '../projections/registry';
import { createCommitter } from '../storage/committer';

/** Under load rows come a few milliseconds later, in a fraction of the transactions. */
const MIN_INTERVAL_MS = 10;

export interface GenerationProjectorDeps {
  database: Database;
  log: EventLog;
  store: MessageStore;
  generation: number;
  observer: LaneObserver;
  limit<T>(task: () => Promise<T>): Promise<T>;
}

/** Keeps one generation up with the log: a lane for each partition. */
export interface GenerationProjector {
  readonly generation: number;
  /** Resolves when the log delivers to all lanes. */
  readonly ready: Promise<void>;
  /** Why some lane makes no progress, or null. */
  trouble(): Error | null;
  /** Ends after the transactions in progress. */
  stop(): Promise<void>;
}

export async function startGenerationProjector(deps: GenerationProjectorDeps): Promise<GenerationProjector> {
  const { database, log, store, generation } = deps;
  await store.prepare();
  const checkpoints = await beginCheckpoints(database, generation, log.partitions);
  const registry = createRegistry(store.kind);
  const commit = createCommitter(database);
  const lanes = new Map<number, Lane>();
  const closeLanes = async (): Promise<void> =>
    void (await Promise.all([...lanes.values()].map((lane) => lane.close())));
  // A lane seeks only once it was handed a batch, and by then the subscription is there.
  const following: { subscription?: Subscription } = {};
  const seek: Subscription['seek'] = (...to) => following.subscription?.seek(...to);
  for (const [partition, start] of checkpoints) {
    lanes.set(partition, createLane({ ...deps, partition, start, registry, commit, seek }));
  }
  const subscription = await log
    .follow({
      minIntervalMs: MIN_INTERVAL_MS,
      name: `projector-${generation}`,
      start: new Map(
        [...checkpoints].map(([partition, at]) => [partition, { offset: at.nextOffset, maxEpoch: at.maxEpoch }]),
      ),
      onBatch: (batch) => lanes.get(batch.partition)!.accept(batch),
    })
    .catch(async (error: unknown) => {
      await closeLanes();
      throw error;
    });
  following.subscription = subscription;
  return {
    generation,
    ready: subscription.ready,
    trouble: () => [...lanes.values()].map((lane) => lane.trouble()).find((error) => error !== null) ?? null,
    async stop() {
      // Lanes first: one that is full holds up the handler that the subscription waits for.
      await closeLanes();
      await subscription.stop();
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
