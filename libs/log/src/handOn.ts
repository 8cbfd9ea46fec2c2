import type { OutgoingRecord } from '@threadlog/events';
import { timeOf, type FetchedRun } from './fence';
import type { LogRecord } from './port';

/** Records that this process has appended, at their ack: they are in the log, below its end, one behind the other. */
export interface AckedRecords {
  partition: number;
  baseOffset: number;
  records: readonly OutgoingRecord[];
}

/**
 * What becomes of acknowledged records at a reader that has everything below `cursor`. They are `taken` where they begin
 * exactly there: that proves that nothing lies between, whoever else writes to the partition. Of what is `late` the reader has
 * some already, by a fetch that was faster. Behind a `gap` is something that only a fetch can tell.
 */
export type HandOnRule = (cursor: number, baseOffset: number) => 'taken' | 'late' | 'gap';

export const handOnRule: HandOnRule = (cursor, baseOffset) => {
  if (baseOffset === cursor) return 'taken';
  return baseOffset < cursor ? 'late' : 'gap';
};

/**
 * The run that a fetch of these records would give. They bear the time of the ack where those in the log bear that of the
 * request; for whether their epochs count, that is the same (`timeOf`).
 */
export function ackedRun({ partition, baseOffset, records }: AckedRecords, now: number): FetchedRun {
  const next = baseOffset + records.length;
  const read = records.map(({ key, value, headers }, index): LogRecord => ({
    ...{ partition, offset: baseOffset + index, key, value, headers },
    timestamp: timeOf({ headers }, now),
  }));
  return { partition, records: read, next, head: next, bytes: footprint(read) };
}

const RECORD_OVERHEAD_BYTES = 200;

/** What records hold in memory, roughly: exact sizes are not worth their time here. */
export function footprint(records: readonly LogRecord[]): number {
  return records.reduce((sum, { key, value }) => sum + RECORD_OVERHEAD_BYTES + key.length + value.length, 0);
}
