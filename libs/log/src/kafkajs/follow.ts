import type { FencingRule } from '../fence';
import { createGate } from '../gate';
import { createLane, type Lane } from '../lane';
import type { LogObserver } from '../observer';
import type { FollowOptions, Subscription } from '../port';
import { systemScheduler } from '../scheduler';
import type { FetcherDeps } from './fetcher';
import { createSharedFetch } from './sharedFetch';
import { createSharing, type Share } from './sharing';
import { createTap } from './tap';

const asked = (interval: number | (() => number)): (() => number) =>
  typeof interval === 'function' ? interval : () => interval;

type Source = Omit<FetcherDeps, 'name' | 'maxWaitMs' | 'minIntervalMs' | 'onRun'>;

export interface FollowDeps extends Source {
  /** The consumer that all subscriptions share. */
  share: () => Share;
  fence: FencingRule;
  observer?: LogObserver | undefined;
}

/** The broker answers as soon as there is a record, so this is only how often an idle consumer asks again. */
const MAX_WAIT_MS = 1_000;

/** For `FollowDeps.share`, once for each log. */
export function createFetchSharing(source: Source): () => Share {
  return createSharing(() => createSharedFetch({ ...source, maxWaitMs: MAX_WAIT_MS }));
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
  const tap = createTap({
    ...deps,
    shared,
    name: options.name,
    maxWaitMs: MAX_WAIT_MS,
    minIntervalMs,
    onRun: (run) => lanes.get(run.partition)?.push(run),
  });
  const gate = createGate(minIntervalMs, systemScheduler);
  for (const [partition, start] of options.start) {
    const flow = { pause: () => tap.pause(partition), resume: () => tap.resume(partition) };
    const { fence, observer, log } = deps;
    const lane = { partition, start, options, fence, flow, gate, scheduler: systemScheduler, observer, log };
    lanes.set(partition, createLane(lane));
    tap.fetchFrom(partition, start.offset);
  }
  return {
    seek(partition, position) {
      const lane = lanes.get(partition);
      if (!lane) throw new RangeError(`partition ${partition} is not followed`);
      lane.seek(position);
      tap.fetchFrom(partition, position.offset);
    },
    ready: tap.started,
    async stop() {
      await Promise.all([tap.stop(), ...[...lanes.values()].map((lane) => lane.stop())]);
      await release();
    },
  };
}
