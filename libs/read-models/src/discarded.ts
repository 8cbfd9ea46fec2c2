import type { Queryable } from './database';

/** Offsets of a partition's records that an operator has discarded: no generation applies them. */
export async function readDiscarded(database: Queryable, partition: number): Promise<Set<number>> {
  const { rows } = await database.query<{ log_offset: number }>(
    'select log_offset from threadlog.discarded_records where partition = $1',
    [partition],
  );
  return new Set(rows.map((row) => row.log_offset));
}
