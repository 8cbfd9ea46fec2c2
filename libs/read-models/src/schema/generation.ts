import { auditTablesSql } from './audit';
import { privacyTablesSql } from './privacy';
import { searchTablesSql } from './search';
import { laneTablesSql, streamTablesSql } from './streams';
import { threadTablesSql, userTablesSql } from './threads';

/** Name of the Postgres schema of a generation; Mongo collections carry the same suffix. */
export function generationSchema(generation: number): string {
  if (!Number.isSafeInteger(generation) || generation < 1) throw new RangeError(`no generation: ${generation}`);
  return `read_${generation}`;
}

/**
 * Tables of one generation. Every personal field holds the sealed blob's text (`v1.…`) or null, and beside it stands
 * nothing that tells it. Timestamps are the events' own strings (microseconds; `Date` would cut them) and compare as text.
 * `version` is the stream version of the last event that changed the row, which guards every replayed write.
 */
export function generationSql(generation: number): string {
  const schema = generationSchema(generation);
  return [
    `create schema if not exists ${schema};`,
    streamTablesSql(schema),
    threadTablesSql(schema),
    userTablesSql(schema),
    laneTablesSql(schema),
    searchTablesSql(schema),
    auditTablesSql(schema),
    privacyTablesSql(schema),
  ].join('\n');
}
