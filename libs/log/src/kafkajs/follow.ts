import type { FencingRule } from '../fence';
import { createLane, type Lane } from '../lane';
import type { LogObserver } from '../observer';
import { PositionOutOfRangeError, type FollowOptions, type Subscription } from '../port';
import { systemScheduler } from '../scheduler';
import { createFetcher, type FetcherDeps } from './fetcher';

export interface FollowDeps extends Omit<FetcherDeps, 'name' | 'maxWaitMs' | 'minIntervalMs' | 'onRun'> {
  fence: FencingRule;
  observer?: LogObserver | undefined;
}

/** The broker answers as soon as there is a record, so this is only how often an idle consumer asks again. */
const MAX_WAIT_MS = 1_000;

/** A subscription with a consumer of its own; rejects when Kafka is away or a start lies beyond the log's end. */
export async function followKafka(deps: FollowDeps, options: FollowOptions): Promise<Subscription> {
  const bounds = await deps.bounds();
  for (const [partition, { offset }] of options.start) {
    const head = bounds.get(partition)?.head ?? -1;
    if (offset > head) throw new PositionOutOfRangeError(`partition ${partition} ends at ${head}, before ${offset}`);
  }
  const lanes = new Map<number, Lane>();
  const fetcher = createFetcher({
    ...deps,
    name: options.name,
    maxWaitMs: MAX_WAIT_MS,
    minIntervalMs: options.minFetchIntervalMs,
    onRun: (run) => lanes.get(run.partition)?.push(run),
  });
  for (const [partition, start] of options.start) {
    const flow = { pause: () => fetcher.pause(partition), resume: () => fetcher.resume(partition) };
    const { fence, observer, log } = deps;
    lanes.set(
      partition,
      createLane({ partition, start, options, fence, flow, scheduler: systemScheduler, observer, log }),
    );
    fetcher.fetchFrom(partition, start.offset);
  }
  return {
    seek(partition, position) {
      const lane = lanes.get(partition);
      if (!lane) throw new RangeError(`partition ${partition} is not followed`);
      lane.seek(position);
      fetcher.fetchFrom(partition, position.offset);
    },
    ready: fetcher.started,
    async stop() {
      await Promise.all([fetcher.stop(), ...[...lanes.values()].map((lane) => lane.stop())]);
    },
  };
}
