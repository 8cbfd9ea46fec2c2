import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer } from 'kafkajs';
import type { LogConsumerDeps } from './consumer';

interface Cursor {
  /** The next offset wanted. */
  offset: number;
  /** Whether the partition is asked for at all, and nobody paused it. */
  active: boolean;
  /** The consumer stands elsewhere; it is being found out why. */
  lost: boolean;
}

/** Where each partition is to be fetched, whatever the consumer's group, restarts and rebalances make of it. */
export interface Cursors {
  set(partition: number, offset: number): void;
  pause(partition: number): void;
  resume(partition: number): void;
  /** The consumer has joined: tells it all cursors, at once. */
  attach(consumer: Consumer): void;
  /** There is no consumer to talk to until the next join. */
  detach(): void;
  /** Nobody wants anything any more. */
  end(): void;
  /** Whether a batch that was asked for with this offset continues the partition; if not, it is put right. */
  accepts(partition: number, fetchedOffset: number): boolean;
  advance(partition: number, next: number): void;
  /** Offsets without records: the cursor moves if they are the ones it stands at. */
  skip(partition: number, first: number, next: number): void;
}

function cursorOf(cursors: readonly Cursor[], partition: number): Cursor {
  const cursor = cursors[partition];
  if (!cursor) throw new RangeError(`no partition ${partition}`);
  return cursor;
}

export function createCursors(deps: LogConsumerDeps): Cursors {
  const { topic, partitions, onRun } = deps;
  const cursors = Array.from({ length: partitions }, (): Cursor => ({ offset: 0, active: false, lost: false }));
  let consumer: Consumer | null = null;

  const at = (partition: number): Cursor => cursorOf(cursors, partition);

  function apply(partition: number): void {
    const { offset, active, lost } = at(partition);
    if (active && !lost) consumer?.resume([{ topic, partitions: [partition] }]);
    else consumer?.pause([{ topic, partitions: [partition] }]);
    consumer?.seek({ topic, partition, offset: String(offset) });
  }

  async function recover(partition: number, fetchedOffset: number): Promise<void> {
    const cursor = at(partition);
    cursor.lost = true;
    apply(partition);
    await relocate(deps, partition, { cursor, fetchedOffset });
    await untilReached(deps, partition, cursor);
    cursor.lost = false;
    apply(partition);
  }

  return {
    set(partition, offset) {
      Object.assign(at(partition), { offset, active: true });
      apply(partition);
    },
    pause(partition) {
      at(partition).active = false;
      consumer?.pause([{ topic, partitions: [partition] }]);
    },
    resume(partition) {
      at(partition).active = true;
      apply(partition);
    },
    attach(joined) {
      consumer = joined;
      for (const partition of cursors.keys()) apply(partition);
    },
    detach: () => void (consumer = null),
    end() {
      consumer = null;
      for (const cursor of cursors) cursor.active = false;
    },
    accepts(partition, fetchedOffset) {
      const { offset, active, lost } = at(partition);
      if (!active || lost) return false;
      if (fetchedOffset === offset) return true;
      void recover(partition, fetchedOffset);
      return false;
    },
    advance: (partition, next) => void (at(partition).offset = next),
    skip(partition, first, next) {
      const cursor = at(partition);
      if (!cursor.active || first !== cursor.offset) return;
      cursor.offset = next;
      onRun({ partition, records: [], next, head: next, bytes: 0 });
    },
  };
}

/**
 * kafkajs answers an offset out of range by moving elsewhere on its own. If the log's beginning has moved past the
 * cursor (retention), it follows, visibly; in any other case nothing may be skipped and the cursor stays.
 */
async function relocate(
  { topic, bounds, onRun, log }: LogConsumerDeps,
  partition: number,
  { cursor, fetchedOffset }: { cursor: Cursor; fetchedOffset: number },
): Promise<void> {
  const { offset } = cursor;
  try {
    const { tail, head } = (await bounds()).get(partition)!;
    log('error', 'the consumer left its position', { topic, partition, offset, fetchedOffset, tail, head });
    if (cursor.offset !== offset || offset >= tail) return;
    cursor.offset = tail;
    onRun({ partition, records: [], next: tail, head, bytes: 0 });
  } catch (error) {
    log('warn', 'could not ask for the ends of the partition', { topic, partition, error });
  }
}

const LOOK_AGAIN_MS = 1_000;

/** A log that ends before the cursor has lost records: what is appended there now is not what follows. */
async function untilReached(
  { bounds, onLoss, log }: LogConsumerDeps,
  partition: number,
  cursor: Cursor,
): Promise<void> {
  for (let told = false; ; await delay(LOOK_AGAIN_MS, undefined, { ref: false })) {
    const { offset } = cursor;
    if (!cursor.active) return;
    const head = await bounds().then(
      (ends) => ends.get(partition)!.head,
      (error: unknown) => void log('warn', 'could not ask for the end of the partition', { partition, error }),
    );
    if (head === undefined) continue;
    if (head >= cursor.offset) return;
    if (!told && cursor.offset === offset) onLoss({ partition, offset, head });
    told = true;
  }
}
