import type { TenantId } from '@threadlog/events';
import type { EventLog, ReadPosition } from '@threadlog/log';
import { activeGeneration, readCheckpoint, type Database } from '@threadlog/read-models';

/** Where each tenant's feed stands, by partition of the events topic. */
export type FeedPositions = Map<TenantId, Map<number, ReadPosition>>;

/** Positions of all these tenants. One that was never published starts at the end of the log, as it is now. */
export async function beginFeedPositions(
  database: Database,
  log: Pick<EventLog, 'partitions' | 'head' | 'read'>,
  tenants: readonly TenantId[],
): Promise<FeedPositions> {
  const known = await stored(database, tenants);
  let heads: Map<number, ReadPosition> | undefined;
  for (const tenant of tenants) {
    const own = known.get(tenant) ?? new Map<number, ReadPosition>();
    known.set(tenant, own);
    for (let partition = 0; partition < log.partitions; partition += 1) {
      if (own.has(partition)) continue;
      heads ??= await logEnds(database, log);
      const at = heads.get(partition)!;
      await storeFeedPositions(database, [tenant], partition, at);
      own.set(partition, at);
    }
  }
  return known;
}

/** Moves tenants' positions in one partition; never back. Called once what lies before is acknowledged. */
export async function storeFeedPositions(
  database: Database,
  tenants: readonly TenantId[],
  partition: number,
  { offset, maxEpoch }: ReadPosition,
): Promise<void> {
  await database.query(
    `insert into threadlog.feed_positions as p (tenant_id, partition, next_offset, max_epoch)
     select tenant_id, $2, $3, $4 from unnest($1::text[]) as n(tenant_id)
     on conflict (tenant_id, partition) do update set next_offset = excluded.next_offset, max_epoch = excluded.max_epoch
     where p.next_offset < excluded.next_offset`,
    [tenants, partition, offset, maxEpoch],
  );
}

async function stored(database: Database, tenants: readonly TenantId[]): Promise<FeedPositions> {
  const { rows } = await database.query<{ tenant_id: TenantId; partition: number } & ReadPosition>(
    `select tenant_id, partition, next_offset as offset, max_epoch as "maxEpoch"
     from threadlog.feed_positions where tenant_id = any($1)`,
    [tenants],
  );
  const positions: FeedPositions = new Map();
  for (const { tenant_id, partition, offset, maxEpoch } of rows) {
    const own = positions.get(tenant_id) ?? new Map<number, ReadPosition>();
    positions.set(tenant_id, own.set(partition, { offset, maxEpoch }));
  }
  return positions;
}

/**
 * The ends of all partitions, as they are now. Who starts in mid-log needs the highest epoch before it: it is read from the projection's
 * checkpoint up to the end, which is a short way.
 */
export async function logEnds(
  database: Database,
  log: Pick<EventLog, 'partitions' | 'head' | 'read'>,
): Promise<Map<number, ReadPosition>> {
  const generation = await activeGeneration(database);
  const found = new Map<number, ReadPosition>();
  for (let partition = 0; partition < log.partitions; partition += 1) {
    const { nextOffset, maxEpoch } = await readCheckpoint(database, generation, partition);
    let at: ReadPosition = { offset: nextOffset, maxEpoch };
    const head = await log.head(partition);
    if (head > at.offset) for await (const { next } of log.read(partition, at, head)) at = next;
    found.set(partition, at);
  }
  return found;
}
