import type { LogBatch, ReadPosition } from '@threadlog/log';
import { decodeBatch, type Entry } from '../folding/decodeRecord';

/** Consecutive records of a partition, decoded. */
export interface Run {
  /** Where the run starts; nothing lies between it and the end of the run before. */
  from: number;
  entries: Entry[];
  next: ReadPosition;
  head: number;
}

/**
 * What was fetched and waits for the lane, decoded on arrival, which is while the lane waits for the database. Batches
 * are joined, so the further a lane is behind, the more records share a transaction; caught up, each event has its own.
 */
export interface BatchQueue {
  /** Resolves when there is room for the next batch. */
  push(batch: LogBatch): Promise<void>;
  /** The oldest run, up to `most` records or one batch; resolves with null once closed. */
  take(most: number): Promise<Run | null>;
  /** Forgets everything and expects the next batch to start at `offset`. */
  restart(offset: number): void;
  close(): void;
}

export function createBatchQueue(start: number, maxWaitingRecords: number): BatchQueue {
  let runs: Run[] = [];
  let end = start;
  let waiting = 0;
  let closed = false;
  let arrived = (): void => undefined;
  let roomMade = (): void => undefined;

  function join(first: Run, most: number): Run {
    const run = { ...first, entries: [...first.entries] };
    for (let more = runs[0]; more && run.entries.length + more.entries.length <= most; more = runs[0]) {
      runs.shift();
      run.entries.push(...more.entries);
      run.next = more.next;
      run.head = more.head;
    }
    return run;
  }

  return {
    async push(batch) {
      // Fetched before the last restart.
      if (closed || batch.next.offset <= end) return;
      runs.push({ from: end, entries: decodeBatch(batch), next: batch.next, head: batch.head });
      waiting += batch.records.length + batch.malformed.length;
      end = batch.next.offset;
      arrived();
      while (waiting > maxWaitingRecords && !closed) await new Promise<void>((resolve) => (roomMade = resolve));
    },
    async take(most) {
      while (runs.length === 0 && !closed) await new Promise<void>((resolve) => (arrived = resolve));
      const first = runs.shift();
      if (closed || !first) return null;
      const run = join(first, most);
      waiting -= run.entries.length;
      roomMade();
      return run;
    },
    restart(offset) {
      runs = [];
      waiting = 0;
      end = offset;
      roomMade();
    },
    close() {
      closed = true;
      arrived();
      roomMade();
    },
  };
}
