import type { FencingRule } from '../fence';
import { createThrottle } from '../throttle';
import { createLane, type Lane } from '../lane';
import type { LogObserver } from '../observer';
import type { FollowOptions, Subscription } from '../port';
import { systemScheduler } from '../scheduler';
import type { LogConsumerDeps } from './consumer/consumer';
import { createSharedConsumer } from './sharedConsumer/sharedConsumer';
import { createSharedUse, type SharedUse } from './sharedConsumer/sharedUse';
import { createPartitionSource } from './sharedConsumer/partitionSource';

const asked = (interval: number | (() => number)): (() => number) =>
  typeof interval === 'function' ? interval : () => interval;

type Source = Omit<LogConsumerDeps, 'name' | 'maxWaitMs' | 'minIntervalMs' | 'onRun'>;

export interface FollowDeps extends Source {
  /** The consumer that all subscriptions share. */
  share: () => SharedUse;
  fence: FencingRule;
  observer?: LogObserver | undefined;
}

/** The broker answers as soon as there is a record, so this is only how often an idle consumer asks again. */
const MAX_WAIT_MS = 1_000;

/** For `FollowDeps.share`, once for each log. */
export function createConsumerSharing(source: Source): () => SharedUse {
  return createSharedUse(() => createSharedConsumer({ ...source, maxWaitMs: MAX_WAIT_MS }));
}

/** A subscription; rejects when Kafka is away. */
export async function followKafka(deps: FollowDeps, options: FollowOptions): Promise<Subscription> {
  const bounds = await deps.bounds();
  for (const [partition, { offset }] of options.start) {
    const head = bounds.get(partition)?.head ?? -1;
    if (offset > head) deps.onLoss({ partition, offset, head });
  }
  const lanes = new Map<number, Lane>();
  const minIntervalMs = asked(options.minIntervalMs ?? 0);
  const { shared, release } = deps.share();
  const source = createPartitionSource({
    ...deps,
    shared,
    name: options.name,
    maxWaitMs: MAX_WAIT_MS,
    minIntervalMs,
    onRun: (run) => lanes.get(run.partition)?.push(run),
  });
  const throttle = createThrottle(minIntervalMs, systemScheduler);
  for (const [partition, start] of options.start) {
    const flow = { pause: () => source.pause(partition), resume: () => source.resume(partition) };
    const { fence, observer, log } = deps;
    const lane = { partition, start, options, fence, flow, throttle, scheduler: systemScheduler, observer, log };
    lanes.set(partition, createLane(lane));
    source.fetchFrom(partition, start.offset);
  }
  return {
    seek(partition, position) {
      const lane = lanes.get(partition);
      if (!lane) throw new RangeError(`partition ${partition} is not followed`);
      lane.seek(position);
      source.fetchFrom(partition, position.offset);
    },
    ready: source.started,
    async stop() {
      await Promise.all([source.stop(), ...[...lanes.values()].map((lane) => lane.stop())]);
      await release();
    },
  };
}
