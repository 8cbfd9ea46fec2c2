import { fence, type FetchedRun } from './fence';
import type { LogLine, LogObserver } from './observer';
import type { FollowOptions, LogBatch, ReadPosition } from './port';
import type { Scheduler } from './scheduler';

const FIRST_BACKOFF_MS = 50;
const LAST_BACKOFF_MS = 5_000;
export const DEFAULT_BUFFER_BYTES = 8 * 1024 * 1024;

/** One partition of a subscription: what was fetched and not yet handled, in order, one handler call at a time. */
export interface Lane {
  readonly position: ReadPosition;
  /** Takes a run that continues what was pushed before. */
  push(run: FetchedRun): void;
  /** Drops what was fetched; a handler that still runs ends first, its outcome does not count. */
  seek(position: ReadPosition): void;
  /** Resolves when no handler runs any more. */
  stop(): Promise<void>;
}

export interface LaneDeps {
  partition: number;
  start: ReadPosition;
  options: Pick<FollowOptions, 'name' | 'onBatch' | 'maxBufferedBytes'>;
  /** Tells the fetcher to leave the partition out while the buffer is full. */
  flow: { pause(): void; resume(): void };
  scheduler: Scheduler;
  observer?: LogObserver | undefined;
  log: LogLine;
}

/**
 * The driver pushes and never waits; the lane calls the handler outside the driver's callback, so a slow partition
 * holds up nobody. Memory is bounded by pausing the fetcher at the limit and resuming it at half of it.
 */
export function createLane({ partition, start, options, flow, scheduler, observer, log }: LaneDeps): Lane {
  const limit = options.maxBufferedBytes ?? DEFAULT_BUFFER_BYTES;
  const { name } = options;
  let position = start;
  let queue: FetchedRun[] = [];
  let bufferedBytes = 0;
  let paused = false;
  let stopped = false;
  /** Changes with every seek, so that what belongs to the time before is told apart. */
  let generation = 0;
  let draining: Promise<void> | null = null;
  let wake: () => void = () => undefined;

  function release(bytes: number): void {
    bufferedBytes -= bytes;
    if (!paused || stopped || bufferedBytes > limit / 2) return;
    paused = false;
    flow.resume();
  }

  function backOff(failures: number): Promise<void> {
    const ms = Math.min(FIRST_BACKOFF_MS * 2 ** failures, LAST_BACKOFF_MS);
    return new Promise((resolve) => {
      const cancel = scheduler.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  }

  async function attempt(batch: LogBatch): Promise<boolean> {
    const begun = performance.now();
    try {
      await options.onBatch(batch);
    } catch (error) {
      observer?.handlerFailed?.({ name, partition, error });
      log('error', 'handler rejected a batch; it is delivered again', {
        name,
        partition,
        offset: position.offset,
        error,
      });
      return false;
    }
    observer?.handled?.({
      name,
      partition,
      records: batch.records.length,
      fenced: batch.fenced,
      malformed: batch.malformed.length,
      lag: batch.head - batch.next.offset,
      durationMs: performance.now() - begun,
    });
    return true;
  }

  async function deliver(run: FetchedRun): Promise<void> {
    const own = generation;
    const isCurrent = () => own === generation && !stopped;
    const batch = fence(position, run);
    for (let failures = 0; isCurrent(); failures += 1) {
      const handled = await attempt(batch);
      if (handled && own === generation) {
        position = batch.next;
        queue.shift();
        release(run.bytes);
      }
      if (handled) return;
      if (isCurrent()) await backOff(failures);
    }
  }

  async function drain(): Promise<void> {
    while (!stopped && queue[0]) await deliver(queue[0]);
    draining = null;
  }

  return {
    get position() {
      return position;
    },
    push(run) {
      if (stopped) return;
      queue.push(run);
      bufferedBytes += run.bytes;
      if (!paused && bufferedBytes >= limit) {
        paused = true;
        flow.pause();
      }
      draining ??= drain();
    },
    seek(to) {
      generation += 1;
      position = to;
      queue = [];
      release(bufferedBytes);
      wake();
    },
    async stop() {
      stopped = true;
      queue = [];
      wake();
      await draining;
    },
  };
}
