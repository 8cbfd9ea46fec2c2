import { problem, type TenantId } from '@threadlog/events';
import type { EventLog, ReadPosition, Subscription } from '@threadlog/log';
import { createBatchDispatch, type DispatchDeps } from './dispatchBatch';
import { threadPartition } from './records';
import { createRing, type Ring } from './ring';

/** Nothing waits where there is a socket: what comes together is dispatched together all the same. */
const MIN_INTERVAL_MS = 0;
/** Where there is no socket, nobody waits: those who follow the log beside this have their own pace. */
const UNWATCHED_INTERVAL_MS = 20;

export interface FollowerDeps extends Omit<DispatchDeps, 'ring' | 'onProgress' | 'onFault'> {
  log: EventLog;
  ring: { maxBytes: number; maxEvents: number; membershipTypes: ReadonlySet<string> };
  onFault: DispatchDeps['onFault'];
  /** Whether any socket is here. */
  isWatched(): boolean;
}

/** The log as this instance has dispatched it. */
export interface Follower {
  /** By partition. */
  readonly rings: readonly Ring[];
  ringOf(tenantId: TenantId, threadId: string): Ring;
  /** Resolves in the turn in which `reached` holds; rejects with `projection_lagging` after the time. */
  until(reached: () => boolean, timeoutMs: number): Promise<void>;
  /** Begins to read; resolves when everything that was in the log at this moment has been read. */
  start(signal: AbortSignal): Promise<void>;
  /** Rejects when the log turns out to have lost what was dispatched: sockets know of it, and rings hold it. */
  readonly overtaken: Promise<never>;
  stop(): Promise<void>;
}

/** Follows every partition from where the read model stands. Nothing is dispatched to anybody before it has caught up. */
export function createFollower(deps: FollowerDeps, starts: ReadonlyMap<number, ReadPosition>): Follower {
  const { log } = deps;
  const waiters = new Set<() => void>();
  const onProgress = () => [...waiters].forEach((check) => check());
  const positions = Array.from({ length: log.partitions }, (_, p) => starts.get(p) ?? { offset: 0, maxEpoch: 0 });
  const rings = positions.map(({ offset }) => createRing({ ...deps.ring, start: offset }));
  const dispatches = rings.map((ring) => createBatchDispatch({ ...deps, ring, onProgress }));
  const partitionOf = threadPartition(log.partitions);
  let subscription: Subscription | undefined;
  const { overtaken, unwatch } = watchOvertaken(log, rings, positions);

  function until(reached: () => boolean, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => reached() && settle(resolve);
      const timer = setTimeout(
        () => settle(() => reject(problem('projection_lagging', 'The log is not read far enough yet.'))),
        timeoutMs,
      );
      function settle(done: () => void): void {
        clearTimeout(timer);
        waiters.delete(check);
        done();
      }
      waiters.add(check);
      check();
    });
  }

  return {
    rings,
    ringOf: (tenantId, threadId) => rings[partitionOf(tenantId, threadId)]!,
    until,
    async start(signal) {
      const heads = await Promise.all(rings.map((_, partition) => log.head(partition)));
      subscription = await log.follow({
        minIntervalMs: () => (deps.isWatched() ? MIN_INTERVAL_MS : UNWATCHED_INTERVAL_MS),
        name: 'realtime',
        start: new Map(positions.map((position, partition) => [partition, position])),
        onBatch: (batch) => dispatches[batch.partition]!(batch),
      });
      await new Promise<void>((resolve) => {
        const check = () => {
          if (!signal.aborted && rings.some((ring, partition) => ring.end < heads[partition]!)) return;
          waiters.delete(check);
          resolve();
        };
        waiters.add(check);
        signal.addEventListener('abort', check, { once: true });
        check();
      });
    },
    overtaken,
    async stop() {
      unwatch();
      await subscription?.stop();
    },
  };
}

/** A partition that ends before what was dispatched of it since the start. */
function watchOvertaken(
  log: EventLog,
  rings: readonly Ring[],
  starts: readonly ReadPosition[],
): { overtaken: Promise<never>; unwatch(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const unwatch = log.onLoss(({ partition, head }) => {
    const { end } = rings[partition]!;
    if (end <= head || end === starts[partition]!.offset) return;
    reject(new Error(`partition ${partition} of the log ends at ${head}, and it was dispatched up to ${end}`));
  });
  return { overtaken: promise, unwatch };
}
