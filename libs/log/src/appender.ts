import type { OutgoingRecord } from '@threadlog/events';
import { createAppendQueue, MAX_SHARE_BYTES, sizeOf, type Share } from './appendQueue';
import type { LogLine, LogObserver } from './observer';
import { AppendAbandonedError, RecordTooLargeError, type Appender } from './port';

export type OnAcked = (partition: number, baseOffset: number, records: readonly OutgoingRecord[]) => void;

export interface AppenderDeps {
  partitions: number;
  /** What brings the appends to the log; it takes them from the outbox. */
  openSender(outbox: Outbox): Sender;
  /** Hears of records that the log has acknowledged, in order for each partition; never of what comes late, after death. */
  onAcked?: OnAcked | undefined;
  observer?: LogObserver | undefined;
  log: LogLine;
}

/** The side of an appender that its driver works on. */
export interface Outbox {
  /** Whether something is queued for the partition that no request carries yet. */
  isWaiting(partition: number): boolean;
  /** Takes what one request carries for these partitions, none of which may have anything in flight. */
  take(partitions: readonly number[], room?: number): Share[];
  /**
   * The log has what a request carried: resolves its appends. A share without a base offset was not acked by anybody, and
   * is the end of the appender. What comes late, after its death, is ignored.
   */
  acked(shares: readonly Share[], offsets: ReadonlyMap<number, number>, durationMs: number): void;
  /** The outcome of something sent is unknown for good: the end of the appender. */
  fail(cause: Error): void;
}

/** Sends in the background, from the first `wake` until `discard`. */
export interface Sender {
  /** Something was queued for the partition. Sends nothing in this turn: what else is appended in it goes along. */
  wake(partition: number): void;
  /** Ends sending, also with a request in flight, and lets go of the connections. */
  discard(): Promise<void>;
}

/**
 * The part of an appender that every driver shares: the queue, and death. A partition has one share in flight at most;
 * the fate of everything queued behind it depends on it, so a share that is lost for good is the end of all.
 */
export function createAppender(deps: AppenderDeps): Appender {
  const { partitions, onAcked, observer, log } = deps;
  const queue = createAppendQueue(partitions);
  let death: Error | null = null;
  let closing = false;
  const failed = Promise.withResolvers<Error>();

  function die(cause: Error): void {
    if (death) return;
    death = cause;
    const appends = queue.rejectAll(new AppendAbandonedError('the outcome of the append is unknown', { cause }));
    observer?.appenderFailed?.(cause);
    log('warn', 'appender abandoned', { cause, appends });
    failed.resolve(cause);
    sender.discard().catch((error: unknown) => log('warn', 'abandoned appender did not disconnect', { error }));
  }

  const settle = (share: Share, baseOffset: number): void => {
    queue.settle(share, baseOffset);
    onAcked?.(share.partition, baseOffset, share.records);
  };

  const sender = deps.openSender({
    isWaiting: queue.isWaiting,
    take: queue.take,
    acked(shares, offsets, durationMs) {
      if (death) return;
      const missing = shares.find(({ partition }) => !((offsets.get(partition) ?? -1) >= 0));
      if (missing) return die(new Error(`no base offset for partition ${missing.partition}`));
      for (const share of shares) settle(share, offsets.get(share.partition)!);
      observer?.sent?.({ ...loadOf(shares), durationMs });
    },
    fail: die,
  });

  function refusal(partition: number, count: number, bytes: number): Error | null {
    if (death) return new AppendAbandonedError('the appender is dead', { cause: death });
    if (closing) return new AppendAbandonedError('the appender is closed');
    if (!Number.isInteger(partition) || partition < 0 || partition >= partitions)
      return new RangeError(`no partition ${partition}`);
    if (count === 0) return new RangeError('nothing to append');
    return bytes > MAX_SHARE_BYTES ? new RecordTooLargeError(bytes, MAX_SHARE_BYTES) : null;
  }

  return {
    append(partition, records) {
      const bytes = sizeOf(records);
      const refused = refusal(partition, records.length, bytes);
      if (refused) return Promise.reject(refused);
      const outcome = queue.add(partition, records, bytes);
      sender.wake(partition);
      return outcome;
    },
    failed: failed.promise,
    get pending() {
      return queue.pending;
    },
    abandon: die,
    async close() {
      closing = true;
      await queue.empty();
      if (!death) await sender.discard();
    },
  };
}

function loadOf(shares: readonly Share[]): { partitions: number; records: number; bytes: number } {
  const load = { partitions: shares.length, records: 0, bytes: 0 };
  for (const share of shares) {
    load.records += share.records.length;
    load.bytes += share.bytes;
  }
  return load;
}
