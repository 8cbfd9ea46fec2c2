import { epochOf, type LogRecord } from '@threadlog/log';

/**
 * What a record is to those who read events: one of them; written by a former owner when there was a newer one already, so
 * that it never counts; or of no owner at all.
 */
export type Standing = 'counts' | 'late' | 'malformed';

/**
 * Judges the records of a partition, one after the other as they stand on disk. Exact from the beginning of the partition;
 * from elsewhere on, what is late behind an owner that was not read itself is taken for an event.
 */
export function createJudge(): (record: LogRecord) => Standing {
  let highest = 0;
  return (record) => {
    const epoch = epochOf(record);
    if (epoch === null) return 'malformed';
    if (epoch < highest) return 'late';
    highest = epoch;
    return 'counts';
  };
}
