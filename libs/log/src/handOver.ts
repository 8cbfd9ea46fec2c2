import { AsyncLocalStorage } from 'node:async_hooks';
import type { LogLine, LogObserver } from './observer';
import type { FollowOptions, LogBatch, ReadPosition } from './port';
import type { Scheduler } from './scheduler';

const FIRST_BACKOFF_MS = 50;
const LAST_BACKOFF_MS = 5_000;

export interface HandOverDeps {
  partition: number;
  options: Pick<FollowOptions, 'name' | 'onBatch' | 'onRetry'>;
  scheduler: Scheduler;
  observer?: LogObserver | undefined;
  log: LogLine;
}

/** Calls a handler with a batch until it takes it. */
export interface HandOver {
  /** Why the last batch was rejected; null once one is taken. */
  readonly trouble: Error | null;
  /** Resolves with what the handler said; null where it was rejected and `isOver`: then it is not tried again. */
  run(batch: LogBatch, isOver: () => boolean): Promise<Taken | null>;
  /** Ends the wait for the next attempt. */
  cut(): void;
}

export interface Taken {
  goOnAt: ReadPosition | undefined;
}

export function createHandOver(deps: HandOverDeps, signal: AbortSignal): HandOver {
  const { partition, options, observer } = deps;
  const sleep = createSleep(deps.scheduler);
  let trouble: Error | null = null;
  /** Own records come from whoever appended them, for a tenant; what is made of them is done for all. */
  const forAll = AsyncLocalStorage.snapshot();

  async function attempt(batch: LogBatch): Promise<Taken> {
    const begun = performance.now();
    const goOnAt = (await forAll(options.onBatch, batch, signal)) ?? undefined;
    observer?.handled?.({
      name: options.name,
      partition,
      records: batch.records.length,
      fenced: batch.fenced,
      malformed: batch.malformed.length,
      lag: batch.head - batch.next.offset,
      durationMs: performance.now() - begun,
    });
    return { goOnAt };
  }

  return {
    get trouble() {
      return trouble;
    },
    async run(batch, isOver) {
      for (let failures = 0; !isOver(); failures += 1) {
        try {
          const taken = await attempt(batch);
          trouble = null;
          return taken;
        } catch (error) {
          const delayMs = Math.min(FIRST_BACKOFF_MS * 2 ** failures, LAST_BACKOFF_MS);
          trouble = error instanceof Error ? error : new Error(String(error));
          // Whoever is told to stop may reject for that very reason.
          if (!signal.aborted) report(deps, batch, { error, delayMs });
          if (!isOver()) await sleep.for(delayMs);
        }
      }
      return null;
    },
    cut: sleep.cut,
  };
}

function report(
  { partition, options, observer, log }: HandOverDeps,
  { from }: LogBatch,
  fault: { error: unknown; delayMs: number },
): void {
  const { name, onRetry } = options;
  observer?.handlerFailed?.({ name, partition, error: fault.error });
  if (onRetry) onRetry({ partition, ...fault });
  else log('error', 'a batch was rejected; it is handed over again', { name, partition, from, ...fault });
}

/** A sleep that can be cut short. */
function createSleep(scheduler: Scheduler): { for(ms: number): Promise<void>; cut(): void } {
  let cut = () => undefined as void;
  return {
    for: (ms) =>
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
