import type { TenantId } from '@threadlog/events';
import type { LogBatch, LogRecord } from '@threadlog/log';
import type { Database } from '@threadlog/read-models';
import { feedRecords, type OpenDeps } from './openEvents';
import { storeFeedPositions, type FeedPositions } from './positions';
import type { FeedSink } from './sink';

export interface PublisherDeps extends OpenDeps {
  database: Database;
  sink: Pick<FeedSink, 'send'>;
  /** Where each tenant's feed stands; moved along. */
  positions: FeedPositions;
  /** Hears of records that were acknowledged. */
  onPublished(count: number): void;
}

/** With nothing to publish the position is stored so often, in milliseconds: what is read again costs little. */
const IDLE_STORE_MS = 1_000;

/**
 * Publishes batches of the events topic: opened, sent, acknowledged, and only then the position moves. So whatever
 * happens in between is sent again, never left out; and since every writer goes forward only, the first copy of an
 * event comes before the first copy of the next, even where two instances publish at once for a moment.
 */
export function createPublisher(deps: PublisherDeps): (batch: LogBatch) => Promise<void> {
  const { positions, database } = deps;
  const tenants = [...positions.keys()];
  const storedAt = new Map<number, number>();

  function unpublished(batch: LogBatch): Map<TenantId, LogRecord[]> {
    const found = new Map<TenantId, LogRecord[]>();
    for (const record of batch.records) {
      const tenant = record.headers.ce_tenantid as TenantId;
      const at = positions.get(tenant)?.get(batch.partition);
      if (!at || record.offset < at.offset) continue;
      found.set(tenant, [...(found.get(tenant) ?? []), record]);
    }
    return found;
  }

  async function publish(tenant: TenantId, records: readonly LogRecord[]): Promise<void> {
    const outgoing = await feedRecords(deps, tenant, records);
    await deps.sink.send(tenant, outgoing);
    deps.onPublished(outgoing.length);
  }

  return async (batch) => {
    const { partition, next } = batch;
    const due = unpublished(batch);
    await Promise.all([...due].map(([tenant, records]) => publish(tenant, records)));
    const now = performance.now();
    if (due.size > 0 || now - (storedAt.get(partition) ?? -Infinity) > IDLE_STORE_MS) {
      await storeFeedPositions(database, tenants, partition, next);
      storedAt.set(partition, now);
    }
    for (const own of positions.values()) if ((own.get(partition)?.offset ?? 0) < next.offset) own.set(partition, next);
  };
}
