import type { ReadPosition } from '@threadlog/log';
import type { Queryable } from '@threadlog/read-models';

/** Where an endpoint stands, by partition of the events topic; those it never was in are not there. */
export async function readPositions(queryable: Queryable, endpointId: string): Promise<Map<number, ReadPosition>> {
  const { rows } = await queryable.query<{ partition: number } & ReadPosition>(
    `select partition, next_offset as "offset", max_epoch as "maxEpoch"
     from threadlog.webhook_positions where endpoint_id = $1`,
    [endpointId],
  );
  return new Map(rows.map(({ partition, offset, maxEpoch }) => [partition, { offset, maxEpoch }]));
}

/** Moves an endpoint's position in one partition; never back. */
export async function storePosition(
  queryable: Queryable,
  endpointId: string,
  partition: number,
  { offset, maxEpoch }: ReadPosition,
): Promise<void> {
  await queryable.query(
    `insert into threadlog.webhook_positions as p (endpoint_id, partition, next_offset, max_epoch)
     values ($1, $2, $3, $4)
     on conflict (endpoint_id, partition) do update set next_offset = excluded.next_offset, max_epoch = excluded.max_epoch
     where p.next_offset < excluded.next_offset`,
    [endpointId, partition, offset, maxEpoch],
  );
}
