import { setTimeout as delay } from 'node:timers/promises';
import type { LogConsumerDeps } from './deps';
import type { Cursor } from './cursor';

export type RelocateDeps = Pick<LogConsumerDeps, 'topic' | 'bounds' | 'onRun' | 'onLoss' | 'log'>;

interface Left {
  cursor: Cursor;
  fetchedOffset: number;
  /** Tells the consumer how the cursor stands. */
  apply(partition: number): void;
}

/** The consumer stands elsewhere: leaves the partition out until it is known why, and goes on where it may. */
export async function recover(deps: RelocateDeps, partition: number, left: Left): Promise<void> {
  const { cursor, apply } = left;
  cursor.lost = true;
  apply(partition);
  await relocate(deps, partition, left);
  await untilReached(deps, partition, cursor);
  cursor.lost = false;
  apply(partition);
}

/**
 * kafkajs answers an offset out of range by moving elsewhere on its own. If the log's beginning has moved past the
 * cursor (retention), it follows, visibly; in any other case nothing may be skipped and the cursor stays.
 */
async function relocate(
  { topic, bounds, onRun, log }: RelocateDeps,
  partition: number,
  { cursor, fetchedOffset }: Omit<Left, 'apply'>,
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
async function untilReached({ bounds, onLoss, log }: RelocateDeps, partition: number, cursor: Cursor): Promise<void> {
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
