import type { FencingRule } from '../fence';
import type { LogObserver } from '../observer';
import { createPartitionWorkers } from '../partitionWorkers';
import type { FollowOptions, Subscription } from '../port';
import { systemScheduler } from '../scheduler';
import { createThrottle } from '../throttle';
import type { LogConsumerDeps } from './consumer/deps';
import { createPartitionSource } from './sharedConsumer/partitionSource';
import { createSharedConsumer } from './sharedConsumer/sharedConsumer';
import { createSharedUse, type SharedUses } from './sharedConsumer/sharedUse';

const asked = (interval: number | (() => number)): (() => number) =>
  typeof interval === 'function' ? interval : () => interval;

type Source = Omit<LogConsumerDeps, 'name' | 'maxWaitMs' | 'minIntervalMs' | 'onRun'>;

export interface FollowDeps extends Source {
  /** The consumer that all subscriptions share. */
  sharing: SharedUses;
  fence: FencingRule;
  observer?: LogObserver | undefined;
}

/**
 * Who wants every record as it comes has its own at once; for others the consumer need not ask more often than that, in
 * milliseconds.
 */
const MIN_FETCH_INTERVAL_MS = 2;
/** The broker answers as soon as there is a record, so this is only how often an idle consumer asks again. */
const MAX_WAIT_MS = 1_000;

/** For `FollowDeps.sharing`, once for each log. */
export function createConsumerSharing(source: Source): SharedUses {
  return createSharedUse(() =>
    createSharedConsumer({ ...source, maxWaitMs: MAX_WAIT_MS, minFetchIntervalMs: MIN_FETCH_INTERVAL_MS }),
  );
}

/** A subscription; rejects when Kafka is away. */
export async function followKafka(deps: FollowDeps, options: FollowOptions): Promise<Subscription> {
  const bounds = await deps.bounds();
  for (const [partition, { offset }] of options.start) {
    const head = bounds.get(partition)?.head ?? -1;
    if (offset > head) deps.onLoss({ partition, offset, head });
  }
  const minIntervalMs = asked(options.minIntervalMs ?? 0);
  const { shared, release } = deps.sharing.begin();
  const source = createPartitionSource({
    ...deps,
    shared,
    name: options.name,
    maxWaitMs: MAX_WAIT_MS,
    minIntervalMs,
    onRun: (run) => workers.push(run),
  });
  const { fence, observer, log } = deps;
  const workers = createPartitionWorkers({
    ...{ options, fence, observer, log },
    scheduler: systemScheduler,
    throttle: createThrottle(minIntervalMs, systemScheduler),
    sourceOf: (partition) => ({
      pause: () => source.pause(partition),
      resume: () => source.resume(partition),
      fetchFrom: (offset) => source.fetchFrom(partition, offset),
    }),
  });
  workers.begin();
  const { seek, position, trouble } = workers;
  return {
    ...{ seek, position, trouble },
    ready: source.started,
    async stop() {
      await Promise.all([source.stop(), workers.stop()]);
      await release();
    },
  };
}
