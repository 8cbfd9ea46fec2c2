import type { EventLog, LogBatch, ReadPosition, Subscription } from '@threadlog/log';
import type { DispatchedLog } from '../log/dispatchedLog';
import type { Ring } from '../log/ring';

/** Nothing waits where there is a socket: what comes together is dispatched together all the same. */
const MIN_INTERVAL_MS = 0;
/** Where there is no socket, nobody waits: those who follow the log beside this have their own pace. */
const UNWATCHED_INTERVAL_MS = 20;

export interface FollowerDeps {
  log: EventLog;
  dispatched: DispatchedLog;
  /** Handles the batches of one partition. */
  dispatchInto(ring: Ring): (batch: LogBatch) => Promise<void>;
  /** Whether any socket is here. */
  isWatched(): boolean;
}

/** What brings the log to `DispatchedLog`. */
export interface Follower {
  /** Begins to read; resolves when everything that was in the log at this moment has been read. */
  start(signal: AbortSignal): Promise<void>;
  /** Rejects when the log turns out to have lost what was dispatched: sockets know of it, and rings hold it. */
  readonly overtaken: Promise<never>;
  stop(): Promise<void>;
}

/** Follows every partition from where the read model stands. Nothing is dispatched to anybody before it has caught up. */
export function createFollower(deps: FollowerDeps, starts: readonly ReadPosition[]): Follower {
  const { log, dispatched } = deps;
  const { rings } = dispatched;
  const dispatches = rings.map(deps.dispatchInto);
  let subscription: Subscription | undefined;
  const { overtaken, unwatch } = watchOvertaken(log, rings, starts);

  return {
    async start(signal) {
      const heads = await Promise.all(rings.map((_, partition) => log.head(partition)));
      subscription = await log.follow({
        minIntervalMs: () => (deps.isWatched() ? MIN_INTERVAL_MS : UNWATCHED_INTERVAL_MS),
        name: 'realtime',
        start: new Map(starts.entries()),
        onBatch: (batch) => dispatches[batch.partition]!(batch),
      });
      await new Promise<void>((resolve) => {
        const check = () => {
          if (!signal.aborted && rings.some((ring, partition) => ring.end < heads[partition]!)) return;
          end();
          resolve();
        };
        const end = dispatched.onProgress(check);
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
