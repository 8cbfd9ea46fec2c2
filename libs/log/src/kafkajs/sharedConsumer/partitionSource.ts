import type { FetchedRun } from '../../fence';
import { createLogConsumer, type LogConsumer } from '../consumer/consumer';
import type { LogConsumerDeps } from '../consumer/deps';
import { createOwnConsumer } from './ownConsumer';
import type { SharedConsumer } from './sharedConsumer';
import type { SharedSubscription } from './sharedPartition';

export interface PartitionSourceDeps extends LogConsumerDeps {
  minIntervalMs: () => number;
  shared: SharedConsumer;
  /** Milliseconds after which a consumer of one's own that is not needed any more is ended; default 30,000. */
  idleMs?: number;
}

interface Place {
  /** The next offset wanted. */
  offset: number;
  paused: boolean;
  /** In the shared fetch, or null: then the partition is fetched by oneself. */
  subscription: SharedSubscription | null;
}

/** As a consumer, to the one follower that it is made for. */
export type PartitionSource = Omit<LogConsumer, 'handOn'>;

const IDLE_MS = 30_000;

/**
 * What one follower fetches from: the process's shared consumer wherever it can keep up with it, and a consumer of its
 * own for what is too far behind, until it has come near enough. Neither holds up the other followers.
 */
export function createPartitionSource(deps: PartitionSourceDeps, makeConsumer = createLogConsumer): PartitionSource {
  const { shared, onRun, minIntervalMs, idleMs = IDLE_MS } = deps;
  const places = new Map<number, Place>();
  const own = createOwnConsumer({ ...deps, onRun: ownRun }, idleMs, makeConsumer);

  const deliver = (place: Place) => (run: FetchedRun) => {
    place.offset = run.next;
    onRun(run);
  };

  function join(partition: number, place: Place): void {
    const { offset } = place;
    place.subscription = shared.join(partition, { offset, minIntervalMs, take: deliver(place) });
    // What was kept may have filled the buffer, before there was a subscription to pause.
    if (place.paused) place.subscription?.pause();
  }

  function ownRun(run: FetchedRun): void {
    const place = places.get(run.partition);
    if (!place || place.subscription) return;
    deliver(place)(run);
    if (place.paused) return;
    join(run.partition, place);
    if (place.subscription) leaveOwn(run.partition);
  }

  function leaveOwn(partition: number): void {
    own.pause(partition);
    if ([...places.values()].every(({ subscription }) => subscription)) own.rest();
  }

  return {
    fetchFrom(partition, offset) {
      places.get(partition)?.subscription?.leave();
      const place: Place = { offset, paused: false, subscription: null };
      places.set(partition, place);
      join(partition, place);
      if (place.subscription) leaveOwn(partition);
      else own.fetchFrom(partition, offset);
    },
    pause(partition) {
      const place = places.get(partition);
      if (place) place.paused = true;
      (place?.subscription ?? own).pause(partition);
    },
    resume(partition) {
      const place = places.get(partition);
      if (!place) return;
      place.paused = false;
      if (!place.subscription) return own.resume(partition);
      if (place.subscription.resume()) return;
      place.subscription.leave();
      place.subscription = null;
      own.fetchFrom(partition, place.offset);
    },
    get started() {
      const subscriptions = [...places.values()].map(({ subscription }) => subscription);
      return Promise.all([subscriptions.some(Boolean) && shared.started, own.started]).then(() => undefined);
    },
    async stop() {
      for (const { subscription } of places.values()) subscription?.leave();
      places.clear();
      await own.stop();
    },
  };
}
