import type { OutgoingRecord } from '@threadlog/events';
import { sizeOf } from '../appendQueue';
import type { FetchedRun } from '../fence';
import type { LogRecord } from '../port';

/** The records of all partitions, and who wants to hear of new ones. */
export interface MemoryStore {
  head(partition: number): number;
  tail(partition: number): number;
  /** Appends at once, with this time, milliseconds since 1970; returns the offset of the first. */
  append(partition: number, records: readonly OutgoingRecord[], timeOf: (record: OutgoingRecord) => number): number;
  /** Loses all from this offset on, as a broker does that lost its last writes; returns what is gone. */
  truncate(partition: number, head: number): LogRecord[];
  /** The records from `offset` on, `most` at most and not past `end`; null where there are none. */
  fetch(partition: number, offset: number, limits: { most: number; end?: number }): FetchedRun | null;
  /** Calls `listener` after every append; the returned function ends it. */
  watch(listener: (partition: number) => void): () => void;
}

export function createMemoryStore(partitions: number): MemoryStore {
  const logs = Array.from({ length: partitions }, (): LogRecord[] => []);
  const listeners = new Set<(partition: number) => void>();

  function logOf(partition: number): LogRecord[] {
    const log = logs[partition];
    if (!log) throw new RangeError(`no partition ${partition}`);
    return log;
  }

  return {
    head: (partition) => logOf(partition).length,
    tail: (partition) => logOf(partition)[0]?.offset ?? 0,
    append(partition, records, timeOf) {
      const log = logOf(partition);
      const base = log.length;
      records.forEach((record, index) =>
        log.push({ ...record, partition, offset: base + index, timestamp: timeOf(record) }),
      );
      for (const listener of [...listeners]) listener(partition);
      return base;
    },
    truncate: (partition, head) => logOf(partition).splice(head),
    fetch(partition, offset, { most, end = Infinity }) {
      const log = logOf(partition);
      const records = log.slice(offset, Math.min(offset + most, end));
      if (records.length === 0) return null;
      return { partition, records, next: offset + records.length, head: log.length, bytes: sizeOf(records) };
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
