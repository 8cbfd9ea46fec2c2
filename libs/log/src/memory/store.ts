import type { OutgoingRecord } from '@threadlog/events';
import { sizeOf } from '../appendQueue';
import type { FetchedRun } from '../fence';
import type { LogRecord } from '../port';

/** The records of all partitions, and who wants to hear of new ones. */
export interface MemoryStore {
  head(partition: number): number;
  tail(partition: number): number;
  /** Appends at once; returns the offset of the first. */
  append(partition: number, records: readonly OutgoingRecord[]): number;
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
    append(partition, records) {
      const log = logOf(partition);
      const base = log.length;
      records.forEach((record, index) => log.push({ ...record, partition, offset: base + index }));
      for (const listener of [...listeners]) listener(partition);
      return base;
    },
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
