import { AsyncLocalStorage } from 'node:async_hooks';
import { eventually } from '@threadlog/testing';
import { fence, type FetchedRun } from './fence';
import { createPartitionWorker, type PartitionWorkerDeps, type RunSource } from './partitionWorker';
import type { FollowOptions, LogBatch } from './port';
import { systemScheduler, type Scheduler } from './scheduler';

const START = { offset: 0, maxEpoch: 0 };

/** Offsets `from` to `next`, a hundred bytes each. */
function run(from: number, next: number): FetchedRun {
  const records = Array.from({ length: next - from }, (_, at) => ({
    ...{ partition: 0, offset: from + at, key: 'k', value: Buffer.from('v') },
    headers: { epoch: '1' },
  }));
  return { partition: 0, records, next, head: 1_000, bytes: records.length * 100 };
}

interface Given extends Partial<Omit<PartitionWorkerDeps, 'options'>> {
  options?: Partial<FollowOptions>;
}

/** A worker whose handler ends when the test says so. */
function given({ options = {}, ...deps }: Given = {}) {
  const batches: LogBatch[] = [];
  const signals: AbortSignal[] = [];
  const handlers: PromiseWithResolvers<Awaited<ReturnType<FollowOptions['onBatch']>>>[] = [];
  const fetched: (number | 'pause' | 'resume')[] = [];
  const source: RunSource = {
    pause: () => void fetched.push('pause'),
    resume: () => void fetched.push('resume'),
    fetchFrom: (offset) => void fetched.push(offset),
  };
  const retries: { delayMs: number }[] = [];
  const worker = createPartitionWorker({
    partition: 0,
    start: START,
    options: {
      name: 'test',
      onBatch(batch, signal) {
        batches.push(batch);
        signals.push(signal);
        const handler = Promise.withResolvers<Awaited<ReturnType<FollowOptions['onBatch']>>>();
        handlers.push(handler);
        return handler.promise;
      },
      onRetry: (fault) => retries.push(fault),
      ...options,
    },
    fence,
    source,
    scheduler: systemScheduler,
    log: () => undefined,
    ...deps,
  });
  const ranges = () => batches.map(({ from, next }) => [from, next.offset]);
  return {
    ...{ worker, batches, signals, handlers, fetched, source, retries, ranges },
    handed: (count: number) => eventually(() => expect(batches).toHaveLength(count)),
  };
}

describe('batches', () => {
  it('are what waits, joined up to a number of records, and no run is cut', async () => {
    const { worker, handlers, handed, ranges } = given({ options: { maxBatchRecords: 10 } });
    for (const [from, next] of [
      [0, 4],
      [4, 8],
      [8, 20],
      [20, 21],
    ] as const) {
      worker.push(run(from, next));
    }
    for (const [count, expected] of [
      [1, [0, 8]],
      [2, [8, 20]],
      [3, [20, 21]],
    ] as const) {
      await handed(count);
      expect(ranges().at(-1)).toEqual(expected);
      handlers.at(-1)!.resolve();
    }
    await worker.stop();
    expect(worker.position).toEqual({ offset: 21, maxEpoch: 1 });
  });

  it('are bounded in bytes, as is what waits', async () => {
    const { worker, handlers, fetched, handed, ranges } = given({
      options: { maxBatchBytes: 500, maxBufferedBytes: 1_000 },
    });
    for (let at = 0; at < 10; at += 1) worker.push(run(at, at + 1));
    expect(fetched).toEqual(['pause']);
    await handed(1);
    expect(ranges()).toEqual([[0, 5]]);
    handlers[0]!.resolve();
    await handed(2);
    expect(fetched).toEqual(['pause', 'resume']);
  });
});

describe('a handler', () => {
  it('is given the same batch again until it takes it, and its trouble can be asked for', async () => {
    const { worker, handlers, handed, ranges, retries } = given();
    worker.push(run(0, 3));
    await handed(1);
    const fault = new Error('not now');
    handlers[0]!.reject(fault);
    await eventually(() => expect(worker.trouble).toBe(fault));
    worker.push(run(3, 5));
    await handed(2);
    expect(ranges()).toEqual([
      [0, 3],
      [0, 3],
    ]);
    expect(retries).toEqual([{ partition: 0, error: fault, delayMs: 50 }]);
    expect(worker.position).toEqual(START);
    handlers[1]!.resolve();
    await handed(3);
    expect(worker.trouble).toBeNull();
    expect(ranges().at(-1)).toEqual([3, 5]);
  });

  it('may say where to go on: what waits is dropped', async () => {
    const { worker, handlers, fetched, handed, ranges } = given();
    worker.push(run(0, 3));
    await handed(1);
    worker.push(run(3, 5));
    handlers[0]!.resolve({ offset: 10, maxEpoch: 4 });
    await eventually(() => expect(fetched).toEqual([10]));
    expect(worker.position).toEqual({ offset: 10, maxEpoch: 4 });
    worker.push(run(10, 12));
    await handed(2);
    expect(ranges().at(-1)).toEqual([10, 12]);
    // Its epochs count from there on too.
    expect(worker.position.maxEpoch).toBe(4);
    expect(ranges()).toHaveLength(2);
  });

  it('that runs when the worker is sent elsewhere ends first, and counts for nothing', async () => {
    const { worker, handlers, handed, ranges } = given();
    worker.push(run(0, 3));
    await handed(1);
    worker.seek({ offset: 7, maxEpoch: 0 });
    worker.push(run(7, 9));
    handlers[0]!.resolve({ offset: 100, maxEpoch: 0 });
    await handed(2);
    expect(ranges().at(-1)).toEqual([7, 9]);
  });

  it('that runs at the end has its time, then its signal aborts; what it rejects is not repeated', async () => {
    const timers: { ms: number; step: () => void }[] = [];
    const scheduler: Scheduler = {
      soon: systemScheduler.soon,
      after(ms, step) {
        timers.push({ ms, step });
        return () => void timers.splice(0);
      },
    };
    const { worker, handlers, signals, handed, batches, retries } = given({ options: { stopMs: 3_000 }, scheduler });
    worker.push(run(0, 3));
    await handed(1);
    const stopping = worker.stop();
    worker.push(run(3, 5));
    expect(signals[0]!.aborted).toBe(false);
    expect(timers.map(({ ms }) => ms)).toEqual([3_000]);
    timers[0]!.step();
    expect(signals[0]!.aborted).toBe(true);
    handlers[0]!.reject(new Error('ended'));
    await stopping;
    expect([batches.length, retries.length, worker.position]).toEqual([1, 0, START]);
  });

  it('is told at once of the end where no time is given', async () => {
    const { worker, handlers, signals, handed } = given();
    worker.push(run(0, 3));
    await handed(1);
    const stopping = worker.stop();
    expect(signals[0]!.aborted).toBe(true);
    handlers[0]!.resolve({ offset: 50, maxEpoch: 0 });
    await stopping;
  });
});

test('a worker that is sent elsewhere while its buffer is full takes nothing that its source has from before', async () => {
  const { worker, source, handed, ranges } = given({ options: { maxBufferedBytes: 500 } });
  // A source that has kept what was missed hands it over as soon as it may.
  source.resume = () => worker.push(run(105, 106));
  worker.push(run(100, 105));
  worker.seek({ offset: 2, maxEpoch: 0 });
  worker.push(run(2, 3));
  await handed(1);
  expect(ranges()).toEqual([[2, 3]]);
});

test('what has waited its time while a handler ran is handed over as soon as it ends, with what came since', async () => {
  const openings: (() => void)[] = [];
  let open = true;
  const throttle = () => (open ? undefined : new Promise<void>((resolve) => void openings.push(resolve)));
  const { worker, handlers, handed, batches, ranges } = given({ throttle });
  worker.push(run(0, 1));
  await handed(1);
  open = false;
  worker.push(run(1, 2));
  expect(openings).toHaveLength(1);
  openings[0]!();
  await new Promise(setImmediate);
  worker.push(run(2, 3));
  expect(batches).toHaveLength(1);
  handlers[0]!.resolve();
  await handed(2);
  expect(ranges().at(-1)).toEqual([1, 3]);
  worker.push(run(3, 4));
  handlers[1]!.resolve();
  await eventually(() => expect(worker.position.offset).toBe(3));
  await new Promise(setImmediate);
  expect([batches.length, openings.length]).toEqual([2, 2]);
  openings[1]!();
  await handed(3);
});

it('handles what somebody pushes apart from what that somebody was doing', async () => {
  const doing = new AsyncLocalStorage<string>();
  const found: unknown[] = [];
  const onBatch = (): Promise<undefined> => {
    found.push(doing.getStore() ?? null);
    return Promise.resolve(undefined);
  };
  const { worker } = given({ options: { onBatch } });
  doing.run('something for a tenant', () => worker.push(run(0, 2)));
  await eventually(() => expect(found).toEqual([null]));
  await worker.stop();
});
