import type { ReadPosition } from '@threadlog/log';
import type { Queryable } from '@threadlog/read-models';

/** Who reads the log for all endpoints that keep up. Those that do not read for themselves, under their outlet's name. */
export const LIVE_READER = 'live';

export type Positions = Map<number, ReadPosition>;

/** Where all readers stand, by partition of the events topic. */
export async function readPositions(queryable: Queryable): Promise<Map<string, Positions>> {
  const { rows } = await queryable.query<{ reader: string; partition: number } & ReadPosition>(
    `select reader, partition, next_offset as "offset", max_epoch as "maxEpoch" from threadlog.webhook_positions`,
  );
  const readers = new Map<string, Positions>();
  for (const { reader, partition, offset, maxEpoch } of rows) {
    const own = readers.get(reader) ?? new Map<number, ReadPosition>();
    readers.set(reader, own.set(partition, { offset, maxEpoch }));
  }
  return readers;
}

/** Where a reader stands in a partition. */
export interface Standing {
  reader: string;
  partition: number;
  at: ReadPosition;
}

/** Moves readers' positions; never back. */
export async function storePositions(queryable: Queryable, standing: readonly Standing[]): Promise<void> {
  if (standing.length === 0) return;
  await queryable.query(
    `insert into threadlog.webhook_positions as p (reader, partition, next_offset, max_epoch)
     select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[])
     on conflict (reader, partition) do update set next_offset = excluded.next_offset, max_epoch = excluded.max_epoch
     where p.next_offset < excluded.next_offset`,
    [
      standing.map(({ reader }) => reader),
      standing.map(({ partition }) => partition),
      standing.map(({ at }) => at.offset),
      standing.map(({ at }) => at.maxEpoch),
    ],
  );
}

/** These readers read no more. */
export async function dropReaders(queryable: Queryable, readers: readonly string[]): Promise<void> {
  await queryable.query('delete from threadlog.webhook_positions where reader = any($1)', [readers]);
}
