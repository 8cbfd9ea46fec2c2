import type { FetchedRun } from './fence';
import {
  createPartitionWorker,
  type PartitionWorker,
  type PartitionWorkerDeps,
  type RunSource,
} from './partitionWorker';
import type { FollowOptions, Subscription } from './port';

export interface PartitionWorkersDeps extends Pick<
  PartitionWorkerDeps,
  'fence' | 'throttle' | 'scheduler' | 'observer' | 'log'
> {
  options: FollowOptions;
  sourceOf(partition: number): RunSource;
}

/** The workers of a subscription, one for each of its partitions: what all drivers' subscriptions are made of. */
export interface PartitionWorkers extends Omit<Subscription, 'ready'> {
  /** Begins to fetch. */
  begin(): void;
  push(run: FetchedRun): void;
}

export function createPartitionWorkers(deps: PartitionWorkersDeps): PartitionWorkers {
  const { options, sourceOf, ...common } = deps;
  const sources = new Map([...options.start.keys()].map((partition) => [partition, sourceOf(partition)]));
  const workers = new Map<number, PartitionWorker>();
  for (const [partition, start] of options.start) {
    const source = sources.get(partition)!;
    workers.set(partition, createPartitionWorker({ ...common, options, partition, start, source }));
  }

  function workerOf(partition: number): PartitionWorker {
    const worker = workers.get(partition);
    if (!worker) throw new RangeError(`partition ${partition} is not followed`);
    return worker;
  }

  return {
    begin() {
      for (const [partition, { offset }] of options.start) sources.get(partition)!.fetchFrom(offset);
    },
    push: (run) => workers.get(run.partition)?.push(run),
    seek: (partition, position) => workerOf(partition).seek(position),
    position: (partition) => workerOf(partition).position,
    trouble: () => [...workers.values()].map(({ trouble }) => trouble).find((error) => error !== null) ?? null,
    async stop() {
      await Promise.all([...workers.values()].map((worker) => worker.stop()));
    },
  };
}
