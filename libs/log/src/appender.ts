import type { OutgoingRecord } from '@threadlog/events';
import { createAppendQueue, MAX_SHARE_BYTES, sizeOf, type AppendQueue, type Share } from './appendQueue';
import type { LogLine, LogObserver } from './observer';
import { AppendAbandonedError, RecordTooLargeError, type Appender } from './port';

export type OnAcked = (partition: number, baseOffset: number, records: readonly OutgoingRecord[]) => void;

export interface AppenderDeps {
  partitions: number;
  /**
   * `one`: one request in flight, for all partitions. `perPartition`: one in flight for each, needed where partitions
   * have different leaders, since kafkajs mishandles a send that spans two brokers.
   */
  inFlight: 'one' | 'perPartition';
  /** Sends and waits for the acks; resolves with the base offset of every partition. Rejecting kills the appender. */
  transmit(shares: Share[]): Promise<ReadonlyMap<number, number>>;
  /**
   * Called after each request with its number of records: what it returns is waited for before the next one is put
   * together. A driver whose requests are dear lets a busy queue fill up a little.
   */
  gather?: ((records: number) => Promise<unknown> | undefined) | undefined;
  /** Hears of records that the log has acknowledged, in order for each partition; never of what comes late, after death. */
  onAcked?: OnAcked | undefined;
  /** Lets go of the connection, also with a request in flight. */
  discard(): Promise<void>;
  observer?: LogObserver | undefined;
  log: LogLine;
}

/**
 * The part of an appender that every driver shares: the queue, one request in flight, and death.
 *
 * Why one in flight: kafkajs rolls sequence numbers back when a send fails, so with a second send of the partition
 * behind it the broker takes new records for repeated ones, and acks what it dropped. Why a rejected send is the end:
 * the sequence is unknown then, and so is the fate of everything queued behind it.
 */
export function createAppender(deps: AppenderDeps): Appender {
  const { partitions, inFlight, observer, log } = deps;
  const queue = createAppendQueue(partitions);
  let death: Error | null = null;
  let closing = false;
  let onFailed: (cause: Error) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => (onFailed = resolve));

  function die(cause: Error): void {
    if (death) return;
    death = cause;
    const appends = queue.rejectAll(new AppendAbandonedError('the outcome of the append is unknown', { cause }));
    observer?.appenderFailed?.(cause);
    log('warn', 'appender abandoned', { cause, appends });
    onFailed(cause);
    deps.discard().catch((error: unknown) => log('warn', 'abandoned appender did not disconnect', { error }));
  }

  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const groups = inFlight === 'one' ? [all] : all.map((partition) => [partition]);
  const senders = groups.map((group) => createSender({ ...deps, queue, group, die, isDead: () => death !== null }));

  function refusal(partition: number, count: number, bytes: number): Error | null {
    if (death) return new AppendAbandonedError('the appender is dead', { cause: death });
    if (closing) return new AppendAbandonedError('the appender is closed');
    if (!all.includes(partition)) return new RangeError(`no partition ${partition}`);
    if (count === 0) return new RangeError('nothing to append');
    return bytes > MAX_SHARE_BYTES ? new RecordTooLargeError(bytes, MAX_SHARE_BYTES) : null;
  }

  return {
    append(partition, records) {
      const bytes = sizeOf(records);
      const refused = refusal(partition, records.length, bytes);
      if (refused) return Promise.reject(refused);
      const outcome = queue.add(partition, records, bytes);
      senders[inFlight === 'one' ? 0 : partition]!.wake();
      return outcome;
    },
    failed,
    get pending() {
      return queue.pending;
    },
    abandon: die,
    async close() {
      closing = true;
      await queue.empty();
      if (!death) await deps.discard();
    },
  };
}

interface SenderDeps extends Pick<AppenderDeps, 'transmit' | 'gather' | 'onAcked' | 'observer'> {
  queue: AppendQueue;
  group: readonly number[];
  die(cause: Error): void;
  isDead(): boolean;
}

/** Sends for a group of partitions: the next request leaves when the one before is back, with all that queued up. */
function createSender({ queue, group, transmit, gather, onAcked, observer, die, isDead }: SenderDeps): {
  wake(): void;
} {
  let busy = false;

  async function send(shares: Share[]): Promise<number> {
    const begun = performance.now();
    const offsets = await transmit(shares);
    // A late ack of a dead appender: its appends were given up, nobody may learn of it.
    if (isDead()) return 0;
    const missing = shares.find(({ partition }) => !((offsets.get(partition) ?? -1) >= 0));
    if (missing) throw new Error(`no base offset for partition ${missing.partition}`);
    for (const share of shares) {
      const baseOffset = offsets.get(share.partition)!;
      queue.settle(share, baseOffset);
      onAcked?.(share.partition, baseOffset, share.records);
    }
    const records = shares.reduce((sum, share) => sum + share.records.length, 0);
    observer?.sent?.({
      partitions: shares.length,
      records,
      bytes: shares.reduce((sum, share) => sum + share.bytes, 0),
      durationMs: performance.now() - begun,
    });
    return records;
  }

  async function run(): Promise<void> {
    try {
      for (let shares = queue.take(group); shares.length > 0; shares = queue.take(group)) {
        const records = await send(shares);
        await gather?.(records);
      }
    } catch (error) {
      die(error instanceof Error ? error : new Error(String(error)));
    }
    busy = false;
  }

  return {
    wake() {
      if (busy) return;
      busy = true;
      // Not at once: everything appended in this turn goes into the same request.
      queueMicrotask(() => void run());
    },
  };
}
