import type { FetchedRun } from '../../fence';
import type { LogLine, LogObserver } from '../../observer';
import type { TailLoss } from '../../port';
import type { Bounds } from '../admin';
import type { KafkaAccess } from '../client';

/** What a consumer of one topic is made of. */
export interface LogConsumerDeps {
  access: KafkaAccess;
  topic: string;
  partitions: number;
  /** For the name of the consumer group. */
  name: string;
  /** How long the broker holds a fetch that finds nothing; also how long a partition newly asked for may have to wait. */
  maxWaitMs: number;
  /** Least time between two fetches, as it is now; milliseconds, 0 when not given. */
  minIntervalMs?: () => number;
  bounds(): Promise<ReadonlyMap<number, Bounds>>;
  /** Called with what was fetched, in order and without a gap for each partition. Must not take long, nor throw. */
  onRun(run: FetchedRun): void;
  /** Called when the log turns out to end before what is wanted next. */
  onLoss(loss: TailLoss): void;
  observer?: LogObserver | undefined;
  log: LogLine;
}
