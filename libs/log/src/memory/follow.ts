import type { FencingRule, FetchedRun } from '../fence';
import { ackedRun, type AckedRecords, type HandOnRule } from '../handOn';
import type { LogLine, LogObserver } from '../observer';
import type { RunSource } from '../partitionWorker';
import { createPartitionWorkers } from '../partitionWorkers';
import type { FollowOptions, Subscription, TailLoss } from '../port';
import { nextTurn, type Scheduler } from '../scheduler';
import type { MemoryStore } from './store';

interface FollowDeps {
  store: MemoryStore;
  fence: FencingRule;
  scheduler: Scheduler;
  batchRecords: number;
  onLoss(loss: TailLoss): void;
  /** Hears of what appenders were acked; the returned function ends it. */
  onAcked(listener: (acked: AckedRecords) => void): () => void;
  handOnRule: HandOnRule;
  now(): number;
  fetchAfterMs: (() => number) | undefined;
  observer: LogObserver | undefined;
  log: LogLine;
}

interface MemorySource extends RunSource {
  /** Fetches what there is, in a later turn of the scheduler. */
  wake(): void;
  handOn(acked: AckedRecords): void;
}

export async function followMemory(deps: FollowDeps, options: FollowOptions): Promise<Subscription> {
  const { fence, scheduler, observer, log } = deps;
  await nextTurn(scheduler);
  const sources = new Map<number, MemorySource>();
  const workers = createPartitionWorkers({
    ...{ options, fence, scheduler, observer, log },
    sourceOf(partition) {
      const source = createSource(deps, partition, (run) => workers.push(run));
      sources.set(partition, source);
      return source;
    },
  });
  const unwatch = deps.store.watch((partition) => sources.get(partition)?.wake());
  const unlisten = deps.onAcked((acked) => sources.get(acked.partition)?.handOn(acked));
  workers.begin();
  const { seek, position, trouble } = workers;
  return {
    ...{ seek, position, trouble },
    ready: Promise.resolve(),
    async stop() {
      unwatch();
      unlisten();
      await workers.stop();
    },
  };
}

function createSource(deps: FollowDeps, partition: number, onRun: (run: FetchedRun) => void): MemorySource {
  const { store, scheduler, batchRecords, onLoss, fetchAfterMs } = deps;
  let next = 0;
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
    onRun(run);
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
    if (fetchAfterMs) scheduler.after(fetchAfterMs(), fetch);
    else scheduler.soon(fetch);
  }

  return {
    wake,
    handOn(acked) {
      if (paused || deps.handOnRule(next, acked.baseOffset) !== 'taken') return;
      const run = ackedRun(acked, deps.now());
      next = run.next;
      onRun(run);
    },
    pause: () => void (paused = true),
    resume() {
      paused = false;
      wake();
    },
    fetchFrom(offset) {
      next = offset;
      paused = false;
      wake();
    },
  };
}
