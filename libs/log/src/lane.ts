import { joinBatches, type FencingRule, type FetchedRun } from './fence';
import type { Throttle } from './throttle';
import { createRunBuffer, type FlowControl } from './runBuffer';
import type { LogLine, LogObserver } from './observer';
import type { FollowOptions, LogBatch, ReadPosition } from './port';
import type { Scheduler } from './scheduler';

const FIRST_BACKOFF_MS = 50;
const LAST_BACKOFF_MS = 5_000;
const DEFAULT_BUFFER_BYTES = 8 * 1024 * 1024;
/** Runs that wait are handed over together, up to about this size. */
const JOINED_BYTES = 1024 * 1024;

/** One partition of a subscription: what was fetched and not yet handled, in order, one handler call at a time. */
export interface Lane {
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
  fence: FencingRule;
  /** Tells the consumer to leave the partition out while the buffer is full. */
  flow: FlowControl;
  /** Says when the next batch may be handed over. Always, when not given. */
  throttle?: Throttle;
  scheduler: Scheduler;
  observer?: LogObserver | undefined;
  log: LogLine;
}

/**
 * The driver pushes and never waits; the lane calls the handler outside the driver's callback, so a slow partition
 * holds up nobody.
 */
export function createLane(deps: LaneDeps): Lane {
  const buffer = createRunBuffer(deps.options.maxBufferedBytes ?? DEFAULT_BUFFER_BYTES, deps.flow);
  const pause = createPause(deps.scheduler);
  let position = deps.start;
  let stopped = false;
  /** Changes with every seek, so that what belongs to the time before is told apart. */
  let generation = 0;
  let draining: Promise<void> | null = null;

  async function deliver(): Promise<void> {
    const own = generation;
    await deps.throttle?.();
    if (own !== generation || stopped) return;
    const runs = buffer.ahead(JOINED_BYTES);
    const batch = joinBatches(deps.fence, position, runs);
    for (let failures = 0; own === generation && !stopped; failures += 1) {
      const handled = await attempt(deps, batch);
      if (own !== generation) return;
      if (handled) {
        position = batch.next;
        runs.forEach(() => buffer.shift());
        return;
      }
      if (!stopped) await pause.sleep(Math.min(FIRST_BACKOFF_MS * 2 ** failures, LAST_BACKOFF_MS));
    }
  }

  async function drain(): Promise<void> {
    while (buffer.first() && !stopped) await deliver();
    draining = null;
  }

  return {
    push(run) {
      if (stopped) return;
      buffer.push(run);
      draining ??= drain();
    },
    seek(to) {
      generation += 1;
      position = to;
      buffer.clear();
      pause.cut();
    },
    async stop() {
      stopped = true;
      pause.cut();
      await draining;
    },
  };
}

/** Calls the handler once; false when it rejected. */
async function attempt({ partition, options, observer, log }: LaneDeps, batch: LogBatch): Promise<boolean> {
  const { name } = options;
  const begun = performance.now();
  try {
    await options.onBatch(batch);
  } catch (error) {
    observer?.handlerFailed?.({ name, partition, error });
    log('error', 'handler rejected a batch; it is delivered again', {
      name,
      partition,
      next: batch.next.offset,
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

/** A sleep that can be cut short. */
function createPause(scheduler: Scheduler): { sleep(ms: number): Promise<void>; cut(): void } {
  let cut = () => undefined as void;
  return {
    sleep: (ms) =>
      new Promise((resolve) => {
        const cancel = scheduler.after(ms, resolve);
        cut = () => {
          cancel();
          resolve();
        };
      }),
    cut: () => cut(),
  };
}
