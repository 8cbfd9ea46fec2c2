import type { EventLog, LogRecord } from '@threadlog/log';
import { createJudge, type Standing } from './standing';

export type InspectedLog = Pick<EventLog, 'partitions' | 'tail' | 'head' | 'read'>;

export interface JudgedRecord {
  record: LogRecord;
  standing: Standing;
}

/** Consecutive records of a partition, from `from` up to, not including, `to`. */
export interface Stretch {
  partition: number;
  from: number;
  to: number;
  records: JudgedRecord[];
}

/** Most bytes of records that a stretch holds; the one that crosses it is still taken. */
const MAX_BYTES = 2 * 1_048_576;

/** Which end of a stretch is wanted, where it is larger than is held. */
export type WantedEnd = 'first' | 'last';

/** Reads a stretch; a shorter one where its records are too large to be held, which ends or begins where it was to. */
export async function readStretch(
  log: InspectedLog,
  { partition, from, to }: Omit<Stretch, 'records'>,
  wanted: WantedEnd,
): Promise<Stretch> {
  const standingOf = createJudge();
  const records: JudgedRecord[] = [];
  let bytes = 0;
  let begin = from;
  for await (const batch of log.read(partition, { offset: from, maxEpoch: 0 }, to)) {
    for (const record of batch.records) {
      records.push({ record, standing: standingOf(record) });
      bytes += record.value.length;
      if (bytes <= MAX_BYTES) continue;
      if (wanted === 'first') return { partition, from, to: record.offset + 1, records };
      while (bytes > MAX_BYTES && records.length > 1) bytes -= records.shift()!.record.value.length;
      begin = records[0]!.record.offset;
    }
  }
  return { partition, from: begin, to, records };
}
