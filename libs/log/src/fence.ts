import type { LogBatch, LogRecord, ReadPosition } from './port';

/** What a driver fetched: every record of the partition from the reader's offset up to `next`, gaps aside. */
export interface FetchedRun {
  partition: number;
  records: LogRecord[];
  /** The offset after the run. */
  next: number;
  /** The partition's end when the run was fetched. */
  head: number;
  /** Size of the records, for bounds on memory. */
  bytes: number;
}

const EPOCH = /^[1-9][0-9]{0,15}$/;

/** The epoch of a record from its header; null where it is missing or no positive safe integer. */
export function epochOf(record: Pick<LogRecord, 'headers'>): number | null {
  const text = record.headers.epoch;
  if (text === undefined || !EPOCH.test(text)) return null;
  const epoch = Number(text);
  return Number.isSafeInteger(epoch) ? epoch : null;
}

/** How a log's records become batches. */
export type FencingRule = (from: ReadPosition, run: FetchedRun) => LogBatch;

/** For topics whose records have no epochs: everything counts. */
export const passAll: FencingRule = (from, run) => {
  const records = run.records.filter(({ offset }) => offset >= from.offset);
  const next = { offset: Math.max(from.offset, run.next), maxEpoch: from.maxEpoch };
  return { partition: run.partition, records, malformed: [], next, fenced: 0, head: Math.max(run.head, next.offset) };
};

/**
 * The fencing rule, for every reader: a record counts only if no record before it in the partition has a higher epoch.
 * It is a fold over the partition, so the cuts between runs do not matter, and a reader that stores `next` and starts
 * there again gets the same suffix. Markers are records like any other here: they raise the epoch.
 */
export function fence(from: ReadPosition, run: FetchedRun): LogBatch {
  const records: LogRecord[] = [];
  const malformed: LogRecord[] = [];
  let { maxEpoch } = from;
  let fenced = 0;
  for (const record of run.records) {
    if (record.offset < from.offset) continue;
    const epoch = epochOf(record);
    if (epoch === null) malformed.push(record);
    else if (epoch < maxEpoch) fenced += 1;
    else {
      maxEpoch = epoch;
      records.push(record);
    }
  }
  const next = { offset: Math.max(from.offset, run.next), maxEpoch };
  return { partition: run.partition, records, malformed, next, fenced, head: Math.max(run.head, next.offset) };
}

/** Runs of a partition, one after the other, as one batch. They may overlap: what was there is not there twice. */
export function joinBatches(rule: FencingRule, from: ReadPosition, [first, ...more]: FetchedRun[]): LogBatch {
  let joined = rule(from, first!);
  for (const run of more) {
    const batch = rule(joined.next, run);
    const { records, malformed } = joined;
    records.push(...batch.records);
    malformed.push(...batch.malformed);
    joined = { ...batch, records, malformed, fenced: joined.fenced + batch.fenced };
  }
  return joined;
}
