import type { TenantId } from '@threadlog/events';
import type { ConsoleDeps } from './deps';

/** What an operator is about to be shown. */
interface Revealed {
  /** Where the record stands that it is of; -1 where it is of none. */
  partition: number;
  offset: number;
  stream: { tenantId: TenantId; type: string; id: string };
}

/** Keeps who is shown what people wrote, and why, before it is shown. */
export async function keepAccount(
  { database, logger }: Pick<ConsoleDeps, 'database' | 'logger'>,
  { partition, offset, stream: { tenantId, type, id } }: Revealed,
  { reason, by }: { reason: string; by: string },
): Promise<void> {
  await database.query(
    `insert into threadlog.revealed_records
       (partition, log_offset, tenant_id, stream_type, stream_id, reason, revealed_by)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [partition, offset, tenantId, type, id, reason, by],
  );
  // Why is in the table: it may name people.
  logger.warn({ partition, offset, tenantId, by }, 'an operator was shown what people wrote');
}
