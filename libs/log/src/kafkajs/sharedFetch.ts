import { createFetcher, type Fetcher, type FetcherDeps } from './fetcher';
import { createSharedPartition, type Seat, type SharedPartition, type Sitter } from './sharedPartition';

/** One consumer for all followers of a log in this process, so that what they all want is fetched and decoded once. */
export interface SharedFetch {
  /**
   * Takes part in a partition, if the shared consumer is where the follower is or was there a moment ago; null if not.
   * May call `take` at once.
   */
  join(partition: number, sitter: Sitter): Seat | null;
  /** Resolves when fetching has begun for the first time. */
  readonly started: Promise<void>;
  stop(): Promise<void>;
}

export type SharedFetchDeps = Omit<FetcherDeps, 'name' | 'minIntervalMs' | 'onRun'>;
export type MakeFetcher = (deps: FetcherDeps) => Fetcher;

export function createSharedFetch(deps: SharedFetchDeps, makeFetcher: MakeFetcher = createFetcher): SharedFetch {
  const partitions = new Map<number, SharedPartition>();
  const fetcher = makeFetcher({
    ...deps,
    name: 'shared',
    minIntervalMs: () => leastOf([...partitions.values()].map((one) => one.minIntervalMs())),
    onRun: (run) => partitions.get(run.partition)?.push(run),
  });

  function open(partition: number, start: number): SharedPartition {
    const flow = { pause: () => fetcher.pause(partition), resume: () => fetcher.resume(partition) };
    const onEmpty = (): void => {
      partitions.delete(partition);
      fetcher.pause(partition);
    };
    const opened = createSharedPartition({ start, flow, onEmpty });
    partitions.set(partition, opened);
    fetcher.fetchFrom(partition, start);
    return opened;
  }

  return {
    join: (partition, sitter) => (partitions.get(partition) ?? open(partition, sitter.offset)).join(sitter),
    started: fetcher.started,
    stop: () => fetcher.stop(),
  };
}

function leastOf(numbers: number[]): number {
  return numbers.length === 0 ? 0 : Math.min(...numbers);
}
