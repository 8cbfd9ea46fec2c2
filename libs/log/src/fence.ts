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

/** Epochs follow a clock, in milliseconds since 1970: one that is further ahead of its record's time is nobody's. */
export const MAX_EPOCH_AHEAD_MS = 3_600_000;

/**
 * The epoch of a record from its header; null where it is missing, no positive safe integer, or too far ahead of the
 * record's own time. That time stands in the log, so a replay in ten years finds the same as a reader today: it is never
 * compared with the reader's clock. Our appenders see to it (`timeOf`) that nothing of ours is ever refused, whatever
 * their clock says.
 */
export function epochOf({ headers, timestamp = Infinity }: Pick<LogRecord, 'headers' | 'timestamp'>): number | null {
  const text = headers.epoch;
  if (text === undefined || !EPOCH.test(text)) return null;
  const epoch = Number(text);
  return Number.isSafeInteger(epoch) && epoch - timestamp <= MAX_EPOCH_AHEAD_MS ? epoch : null;
}

/** The time that an appender gives a record: now, or as late as its epoch needs where our clock is far behind. */
export function timeOf({ headers }: Pick<LogRecord, 'headers'>, now: number): number {
  return Math.max(now, (epochOf({ headers }) ?? 0) - MAX_EPOCH_AHEAD_MS);
}

/** How a log's records become batches. */
export type FencingRule = (from: ReadPosition, run: FetchedRun) => LogBatch;

/** For topics whose records have no epochs: everything counts. */
export const passAll: FencingRule = (from, run) => {
  const records = run.records.filter(({ offset }) => offset >= from.offset);
  const next = { offset: Math.max(from.offset, run.next), maxEpoch: from.maxEpoch };
  const batch = { partition: run.partition, from: from.offset, records, malformed: [], next };
  return { ...batch, fenced: 0, head: Math.max(run.head, next.offset) };
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
  const head = Math.max(run.head, next.offset);
  return { partition: run.partition, from: from.offset, records, malformed, next, fenced, head };
}

/** Runs of a partition, one after the other, as one batch. They may overlap: what was there is not there twice. */
export function joinBatches(rule: FencingRule, from: ReadPosition, [first, ...more]: FetchedRun[]): LogBatch {
  let joined = rule(from, first!);
  for (const run of more) {
    const batch = rule(joined.next, run);
    const { records, malformed } = joined;
    records.push(...batch.records);
    malformed.push(...batch.malformed);
    joined = { ...batch, from: from.offset, records, malformed, fenced: joined.fenced + batch.fenced };
  }
  return joined;
}
