import type { FencingRule } from '../fence';
import { createLane, type Lane } from '../lane';
import type { LogLine, LogObserver } from '../observer';
import type { FollowOptions, ReadPosition, Subscription, TailLoss } from '../port';
import { nextTurn, type Scheduler } from '../scheduler';
import type { MemoryStore } from './store';

interface FollowDeps {
  store: MemoryStore;
  fence: FencingRule;
  scheduler: Scheduler;
  batchRecords: number;
  onLoss(loss: TailLoss): void;
  observer: LogObserver | undefined;
  log: LogLine;
}

interface Follower {
  lane: Lane;
  /** Fetches what there is, in the scheduler's next turn. */
  wake(): void;
  seek(position: ReadPosition): void;
}

export async function followMemory(deps: FollowDeps, options: FollowOptions): Promise<Subscription> {
  await nextTurn(deps.scheduler);
  const followers = new Map<number, Follower>();
  for (const [partition, start] of options.start)
    followers.set(partition, createFollower(deps, options, partition, start));
  const unwatch = deps.store.watch((partition) => followers.get(partition)?.wake());
  for (const follower of followers.values()) follower.wake();
  return {
    seek(partition, position) {
      const follower = followers.get(partition);
      if (!follower) throw new RangeError(`partition ${partition} is not followed`);
      follower.seek(position);
    },
    ready: Promise.resolve(),
    async stop() {
      unwatch();
      await Promise.all([...followers.values()].map(({ lane }) => lane.stop()));
    },
  };
}

function createFollower(deps: FollowDeps, options: FollowOptions, partition: number, start: ReadPosition): Follower {
  const { store, fence, scheduler, batchRecords, onLoss, observer, log } = deps;
  let next = start.offset;
  let paused = false;
  let scheduled = false;
  let told = false;

  function fetch(): void {
    scheduled = false;
    if (paused) return;
    const run = store.fetch(partition, next, { most: batchRecords });
    if (!run) return measure();
    told = false;
    next = run.next;
    lane.push(run);
    wake();
  }

  function measure(): void {
    const head = store.head(partition);
    if (next > head && !told) onLoss({ partition, offset: next, head });
    told = next > head;
  }

  function wake(): void {
    if (scheduled || paused) return;
    scheduled = true;
    scheduler.soon(fetch);
  }

  const flow = {
    pause: () => void (paused = true),
    resume() {
      paused = false;
      wake();
    },
  };
  const lane = createLane({ partition, start, options, fence, flow, scheduler, observer, log });
  return {
    lane,
    wake,
    seek(position) {
      next = position.offset;
      lane.seek(position);
      wake();
    },
  };
}
