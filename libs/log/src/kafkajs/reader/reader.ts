import type { FencingRule, FetchedRun } from '../../fence';
import { PositionOutOfRangeError, type LogBatch, type ReadPosition } from '../../port';
import { createLogConsumer, type LogConsumer } from '../consumer/consumer';
import type { LogConsumerDeps } from '../consumer/deps';
import { createInbox, type Inbox } from './inbox';

/** Reads partitions over one consumer, which joins once (0.2 s; 3 s on a broker that delays rebalances) and then seeks. */
export interface Reader {
  /** Joins in the background, so that the first read need not wait for it. */
  warm(): void;
  read(partition: number, from: ReadPosition, to: number): AsyncGenerator<LogBatch>;
  close(): Promise<void>;
}

/** An idle reader asks nothing of the broker, but looks this often whether a partition is wanted. */
const MAX_WAIT_MS = 20;
const STALL_MS = 10_000;

export interface ReaderDeps extends Omit<LogConsumerDeps, 'name' | 'maxWaitMs' | 'onRun'> {
  fence: FencingRule;
}

export function createReader(deps: ReaderDeps): Reader {
  const inboxes = new Map<number, Inbox>();
  /** Reads of one partition take turns; the last one's end. */
  const turns = new Map<number, Promise<void>>();
  let consumer: LogConsumer | null = null;

  function open(): LogConsumer {
    consumer ??= createLogConsumer({
      ...deps,
      name: 'read',
      maxWaitMs: MAX_WAIT_MS,
      onRun: (run) => inboxes.get(run.partition)?.push(run),
    });
    return consumer;
  }

  async function takeTurn(partition: number): Promise<() => void> {
    const before = turns.get(partition);
    let end: () => void = () => undefined;
    const own = new Promise<void>((resolve) => (end = resolve));
    turns.set(partition, own);
    await before;
    return end;
  }

  async function* fetchAll(partition: number, from: ReadPosition, to: number): AsyncGenerator<LogBatch> {
    const source = open();
    const flow = { pause: () => source.pause(partition), resume: () => source.resume(partition) };
    const inbox = createInbox({ flow, end: to, stallMs: STALL_MS });
    inboxes.set(partition, inbox);
    source.fetchFrom(partition, from.offset);
    try {
      let position = from;
      while (position.offset < to) {
        const batch = deps.fence(position, cutAt(await inbox.take(), to));
        position = batch.next;
        yield batch;
      }
    } finally {
      inboxes.delete(partition);
      source.pause(partition);
    }
  }

  return {
    warm: () => void open(),
    async *read(partition, from, to) {
      if (from.offset >= to) return;
      const { head } = (await deps.bounds()).get(partition) ?? { head: -1 };
      if (to > head) throw new PositionOutOfRangeError(`partition ${partition} ends at ${head}, before ${to}`);
      const endTurn = await takeTurn(partition);
      try {
        yield* fetchAll(partition, from, to);
      } finally {
        endTurn();
      }
    },
    async close() {
      await consumer?.stop();
    },
  };
}

/** A fetch goes on beyond the end that was asked for. */
function cutAt(run: FetchedRun, to: number): FetchedRun {
  if (run.next <= to) return run;
  return { ...run, records: run.records.filter(({ offset }) => offset < to), next: to };
}
