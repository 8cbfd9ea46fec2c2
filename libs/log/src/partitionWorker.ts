import { joinBatches, type FencingRule, type FetchedRun } from './fence';
import { createHandOver, type HandOverDeps } from './handOver';
import type { FollowOptions, ReadPosition } from './port';
import { createRunBuffer, type FlowControl } from './runBuffer';
import type { Throttle } from './throttle';

const DEFAULT_BUFFER_BYTES = 8 * 1024 * 1024;
const DEFAULT_BATCH_BYTES = 1024 * 1024;

/** Where a worker's runs come from: one partition of a driver. */
export interface RunSource extends FlowControl {
  /** Fetches from this offset on, paused or not; nothing that was fetched before comes once it was called. */
  fetchFrom(offset: number): void;
}

/**
 * Takes one partition of a subscription to its handler: holds what was fetched, up to a bound, joins it to batches, hands
 * them over in order and one at a time, repeats what was rejected, and stops.
 *
 * There is no second buffer or back-off behind it: a handler does its work and resolves when the batch is where it
 * belongs, so what waits is counted here alone, and the position moves over nothing that is not done.
 */
export interface PartitionWorker {
  /** The position behind the last batch that was handled, or where the worker was sent. */
  readonly position: ReadPosition;
  /** Why the last batch was rejected; null once one is handled. */
  readonly trouble: Error | null;
  /** Takes a run that continues what was pushed before. */
  push(run: FetchedRun): void;
  /** Drops what was fetched and goes on there; a handler that still runs ends first, its outcome does not count. */
  seek(position: ReadPosition): void;
  /** Resolves when no handler runs any more. */
  stop(): Promise<void>;
}

export interface PartitionWorkerDeps extends HandOverDeps {
  start: ReadPosition;
  options: Omit<FollowOptions, 'start' | 'minIntervalMs'>;
  fence: FencingRule;
  source: RunSource;
  /** Says when what waits may be handed over. Always, when not given. */
  throttle?: Throttle | undefined;
}

/**
 * The driver pushes and never waits; the handler is called outside the driver's callback, so a slow partition holds up
 * nobody. The throttle is asked when something comes, also while a handler runs: what has waited its time by then is handed
 * over as soon as the handler ends, and what came meanwhile goes with it.
 */
export function createPartitionWorker(deps: PartitionWorkerDeps): PartitionWorker {
  const { maxBufferedBytes = DEFAULT_BUFFER_BYTES, maxBatchBytes = DEFAULT_BATCH_BYTES } = deps.options;
  const most = { bytes: maxBatchBytes, records: deps.options.maxBatchRecords ?? Infinity };
  const buffer = createRunBuffer(maxBufferedBytes, deps.source);
  const admission = createAdmission(deps.throttle, () => wake());
  const ending = createEnding(deps);
  const handOver = createHandOver(deps, ending.signal);
  let position = deps.start;
  /** Changes with every seek, so that what belongs to the time before is told apart. */
  let generation = 0;
  let working: Promise<void> | null = null;

  function seek(to: ReadPosition): void {
    if (ending.begun) return;
    generation += 1;
    position = to;
    // Before it fetches, which may push at once; and without a word to the source, which would go on where it was.
    buffer.reset();
    handOver.cut();
    deps.source.fetchFrom(to.offset);
  }

  async function deliver(): Promise<void> {
    const own = generation;
    const runs = buffer.ahead(most);
    const batch = joinBatches(deps.fence, position, runs);
    const taken = await handOver.run(batch, () => own !== generation || ending.begun);
    if (!taken || own !== generation) return;
    if (taken.goOnAt) return seek(taken.goOnAt);
    position = batch.next;
    buffer.drop(runs.length);
  }

  async function work(): Promise<void> {
    // Not at once: whatever comes in the same turn goes together.
    await Promise.resolve();
    while (buffer.first() && !ending.begun && admission.take()) {
      await deliver();
      if (buffer.first()) admission.ask();
    }
    working = null;
  }

  function wake(): void {
    if (buffer.first() && !ending.begun) working ??= work();
  }

  return {
    get position() {
      return position;
    },
    get trouble() {
      return handOver.trouble;
    },
    push(run) {
      if (ending.begun) return;
      buffer.push(run);
      admission.ask();
    },
    seek,
    async stop() {
      const end = ending.begin();
      handOver.cut();
      await working;
      end();
    },
  };
}

/** Whether the throttle has opened since something came. */
function createAdmission(throttle: Throttle | undefined, onOpen: () => void) {
  let state: 'closed' | 'asked' | 'open' = 'closed';
  function open(): void {
    state = 'open';
    onOpen();
  }
  return {
    ask(): void {
      if (state === 'asked') return;
      const opening = state === 'closed' ? throttle?.() : undefined;
      if (!opening) return open();
      state = 'asked';
      void opening.then(open);
    },
    /** Uses it up for one hand-over of all that waits; false where it is closed. */
    take(): boolean {
      if (state !== 'open') return false;
      state = 'closed';
      return true;
    },
  };
}

/** The end of a worker: begun once; a handler that runs learns of it through the signal when its time is over. */
function createEnding({ options: { stopMs = 0 }, scheduler }: PartitionWorkerDeps) {
  const aborting = new AbortController();
  let begun = false;
  return {
    signal: aborting.signal,
    get begun() {
      return begun;
    },
    /** What it returns is called when no handler runs any more. */
    begin(): () => void {
      begun = true;
      if (stopMs > 0) return scheduler.after(stopMs, () => aborting.abort());
      aborting.abort();
      return () => undefined;
    },
  };
}
