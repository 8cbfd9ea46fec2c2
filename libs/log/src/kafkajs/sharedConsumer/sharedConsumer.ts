import type { AckedRecords } from '../../handOn';
import { createLogConsumer, type LogConsumer } from '../consumer/consumer';
import type { LogConsumerDeps } from '../consumer/deps';
import {
  createSharedPartition,
  type SharedSubscription,
  type SharedPartition,
  type Subscriber,
} from './sharedPartition';

/** One consumer for all followers of a log in this process, so that what they all want is fetched and decoded once. */
export interface SharedConsumer {
  /**
   * Takes part in a partition, if the shared consumer is where the follower is or was there a moment ago; null if not.
   * May call `take` at once.
   */
  join(partition: number, subscriber: Subscriber): SharedSubscription | null;
  /** Gives records that this process has appended to who follows their partition and has all before them. */
  handOn(acked: AckedRecords): void;
  /** Resolves when fetching has begun for the first time. */
  readonly started: Promise<void>;
  stop(): Promise<void>;
}

export interface SharedConsumerDeps extends Omit<LogConsumerDeps, 'name' | 'minIntervalMs' | 'onRun'> {
  /** Least time between two fetches, whatever its followers need. */
  minFetchIntervalMs: number;
}
export type MakeConsumer = (deps: LogConsumerDeps) => LogConsumer;

export function createSharedConsumer(deps: SharedConsumerDeps, makeConsumer = createLogConsumer): SharedConsumer {
  const { minFetchIntervalMs } = deps;
  const partitions = new Map<number, SharedPartition>();
  const consumer = makeConsumer({
    ...deps,
    name: 'shared',
    minIntervalMs: () =>
      Math.max(minFetchIntervalMs, leastOf([...partitions.values()].map((one) => one.minIntervalMs()))),
    onRun: (run) => partitions.get(run.partition)?.push(run),
  });

  function open(partition: number, start: number): SharedPartition {
    const flow = { pause: () => consumer.pause(partition), resume: () => consumer.resume(partition) };
    const onEmpty = (): void => {
      partitions.delete(partition);
      consumer.pause(partition);
    };
    const opened = createSharedPartition({ start, flow, onEmpty });
    partitions.set(partition, opened);
    consumer.fetchFrom(partition, start);
    return opened;
  }

  return {
    join: (partition, subscriber) => (partitions.get(partition) ?? open(partition, subscriber.offset)).join(subscriber),
    handOn(acked) {
      if (partitions.has(acked.partition)) consumer.handOn(acked);
    },
    started: consumer.started,
    stop: () => consumer.stop(),
  };
}

function leastOf(numbers: number[]): number {
  return numbers.length === 0 ? 0 : Math.min(...numbers);
}
