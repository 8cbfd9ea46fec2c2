import type { OutgoingRecord } from '@threadlog/events';
import type { LogLine, LogObserver } from './observer';
import { AppendAbandonedError, RecordTooLargeError, type Appender } from './port';

/**
 * Most bytes of one partition in one produce request, and so of one append. The broker's default limit for a batch is
 * 1,048,588 bytes and exceeding it is fatal to a producer; the margin covers what the estimate leaves out.
 */
export const MAX_SHARE_BYTES = 900 * 1024;
/** Most records of one partition in one request, unless a single append has more: kafkajs groups them in quadratic time. */
export const MAX_SHARE_RECORDS = 1_000;
const RECORD_OVERHEAD_BYTES = 24;
const HEADER_OVERHEAD_BYTES = 6;

interface PendingAppend {
  records: readonly OutgoingRecord[];
  bytes: number;
  resolve(result: { baseOffset: number }): void;
  reject(error: Error): void;
}

/** What one request carries for one partition: whole appends, in order. */
export interface Share {
  partition: number;
  records: OutgoingRecord[];
  /** Estimate, from above. */
  bytes: number;
}

export interface AppenderDeps {
  partitions: number;
  /**
   * `one`: one request in flight, for all partitions. `perPartition`: one in flight for each, needed where partitions
   * have different leaders, since kafkajs mishandles a send that spans two brokers.
   */
  inFlight: 'one' | 'perPartition';
  /** Sends and waits for the acks; resolves with the base offset of every partition. Rejecting kills the appender. */
  transmit(shares: Share[]): Promise<ReadonlyMap<number, number>>;
  /** Lets go of the connection, also with a request in flight. */
  discard(): Promise<void>;
  observer?: LogObserver | undefined;
  log: LogLine;
}

/** Estimate, from above, of what the records take in a batch. */
export function sizeOf(records: readonly OutgoingRecord[]): number {
  let bytes = 0;
  for (const { key, value, headers } of records) {
    bytes += RECORD_OVERHEAD_BYTES + Buffer.byteLength(key) + value.length;
    for (const name in headers)
      bytes += HEADER_OVERHEAD_BYTES + Buffer.byteLength(name) + Buffer.byteLength(headers[name]!);
  }
  return bytes;
}

/** Cuts whole appends off the queue's front until the share is full; at least one. */
function cut(queue: PendingAppend[]): PendingAppend[] {
  let bytes = 0;
  let records = 0;
  let count = 0;
  for (const append of queue) {
    bytes += append.bytes;
    records += append.records.length;
    if (count > 0 && (bytes > MAX_SHARE_BYTES || records > MAX_SHARE_RECORDS)) break;
    count += 1;
  }
  return queue.splice(0, count);
}

/**
 * The part of an appender that every driver shares: queues, one request in flight, and death.
 *
 * Why one in flight: kafkajs rolls sequence numbers back when a send fails, so with a second send of the partition
 * behind it the broker takes new records for repeated ones, and acks what it dropped. Why a rejected send is the end:
 * the sequence is unknown then, and so is the fate of everything queued behind it.
 */
export function createAppender(deps: AppenderDeps): Appender {
  const { partitions, inFlight, observer, log } = deps;
  const queues = Array.from({ length: partitions }, (): PendingAppend[] => []);
  const groups = inFlight === 'one' ? [[...queues.keys()]] : [...queues.keys()].map((partition) => [partition]);
  const sending = new Map<number, PendingAppend[]>();
  const busy = groups.map(() => false);
  let pending = 0;
  let death: Error | null = null;
  let closing = false;
  let idle: (() => void)[] = [];
  let onFailed: (cause: Error) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => (onFailed = resolve));

  function settled(): void {
    for (const resolve of idle) resolve();
    idle = [];
  }

  function die(cause: Error): void {
    if (death) return;
    death = cause;
    const abandoned = [...sending.values(), ...queues].flat();
    sending.clear();
    queues.forEach((queue) => (queue.length = 0));
    pending = 0;
    for (const append of abandoned)
      append.reject(new AppendAbandonedError('the outcome of the append is unknown', { cause }));
    observer?.appenderFailed?.(cause);
    log('warn', 'appender abandoned', { cause, appends: abandoned.length });
    onFailed(cause);
    settled();
    deps.discard().catch((error: unknown) => log('warn', 'abandoned appender did not disconnect', { error }));
  }

  function settle(shares: Share[], offsets: ReadonlyMap<number, number>): void {
    const missing = shares.find(({ partition }) => !((offsets.get(partition) ?? -1) >= 0));
    if (missing) return die(new Error(`no base offset for partition ${missing.partition}`));
    for (const { partition } of shares) {
      let baseOffset = offsets.get(partition)!;
      const appends = sending.get(partition)!;
      sending.delete(partition);
      for (const append of appends) {
        append.resolve({ baseOffset });
        baseOffset += append.records.length;
        pending -= append.records.length;
      }
    }
    if (pending === 0) settled();
  }

  function collect(group: number[]): Share[] {
    const shares: Share[] = [];
    for (const partition of group) {
      const queue = queues[partition]!;
      if (queue.length === 0) continue;
      const appends = cut(queue);
      sending.set(partition, appends);
      shares.push({
        partition,
        records: appends.flatMap(({ records }) => records),
        bytes: appends.reduce((sum, { bytes }) => sum + bytes, 0),
      });
    }
    return shares;
  }

  async function pump(index: number): Promise<void> {
    for (;;) {
      const shares = collect(groups[index]!);
      if (shares.length === 0) break;
      const begun = performance.now();
      try {
        const offsets = await deps.transmit(shares);
        if (death) break;
        settle(shares, offsets);
        report(shares, performance.now() - begun);
      } catch (error) {
        die(error instanceof Error ? error : new Error(String(error)));
        break;
      }
    }
    busy[index] = false;
  }

  function report(shares: Share[], durationMs: number): void {
    const records = shares.reduce((sum, share) => sum + share.records.length, 0);
    const bytes = shares.reduce((sum, share) => sum + share.bytes, 0);
    observer?.sent?.({ partitions: shares.length, records, bytes, durationMs });
  }

  function wake(partition: number): void {
    const index = inFlight === 'one' ? 0 : partition;
    if (busy[index]) return;
    busy[index] = true;
    // Not at once: everything appended in this turn goes into the same request.
    queueMicrotask(() => void pump(index));
  }

  function refusal(partition: number, records: readonly OutgoingRecord[], bytes: number): Error | null {
    if (death) return new AppendAbandonedError('the appender is dead', { cause: death });
    if (closing) return new AppendAbandonedError('the appender is closed');
    if (!queues[partition]) return new RangeError(`no partition ${partition}`);
    if (records.length === 0) return new RangeError('nothing to append');
    return bytes > MAX_SHARE_BYTES ? new RecordTooLargeError(bytes, MAX_SHARE_BYTES) : null;
  }

  return {
    append(partition, records) {
      const bytes = sizeOf(records);
      const refused = refusal(partition, records, bytes);
      if (refused) return Promise.reject(refused);
      pending += records.length;
      const outcome = new Promise<{ baseOffset: number }>((resolve, reject) =>
        queues[partition]!.push({ records, bytes, resolve, reject }),
      );
      wake(partition);
      return outcome;
    },
    failed,
    get pending() {
      return pending;
    },
    abandon: die,
    async close() {
      closing = true;
      if (pending > 0) await new Promise<void>((resolve) => idle.push(resolve));
      if (!death) await deps.discard();
    },
  };
}
