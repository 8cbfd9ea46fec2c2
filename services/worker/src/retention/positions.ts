import type { TenantId } from '@threadlog/events';
import type { Database, LegalHold } from '@threadlog/read-models';

/** Before every message. */
const BEGINNING = '';
/**
 * After so long a walk starts over: messages that came into the read model behind it (a thread that was parked, a clock
 * that was wrong) are found then.
 */
const ANEW_AFTER = '7 days';
/** So much of that has gone by where messages had to be left behind. */
const ALMOST = '6 days 23 hours';

/**
 * Where the walk through a tenant's messages goes on: behind this id. What is not deleted up to there was held then, so
 * the walk starts over when one of those holds is gone. How many days are kept does not matter: with fewer, what is new
 * lies behind the position; with more, all up to it is deleted already.
 */
export async function beginWalk(database: Database, tenantId: TenantId, holds: readonly LegalHold[]): Promise<string> {
  const ids = holds.map(({ hold_id }) => hold_id);
  const { rows } = await database.query<{ message_id: string }>(
    `insert into threadlog.retention_positions as p (tenant_id, message_id, hold_ids) values ($1, '', $2)
     on conflict (tenant_id) do update set
       message_id = case when p.hold_ids <@ excluded.hold_ids and p.began_at > now() - $3::interval
         then p.message_id else '' end,
       began_at = case when p.hold_ids <@ excluded.hold_ids and p.began_at > now() - $3::interval
         then p.began_at else now() end,
       hold_ids = excluded.hold_ids
     returning message_id`,
    [tenantId, ids, ANEW_AFTER],
  );
  return rows[0]?.message_id ?? BEGINNING;
}

/** Remembers how far a walk came. Never goes back; a walk that started over starts from nothing. */
export async function rememberWalk(database: Database, tenantId: TenantId, messageId: string): Promise<void> {
  await database.query(
    `update threadlog.retention_positions set message_id = $2 where tenant_id = $1 and message_id < $2`,
    [tenantId, messageId],
  );
}

/**
 * Goes on behind messages that cannot be deleted at present, so that they do not keep the walk at one place for ever;
 * it starts over for them within the hour.
 */
export async function leaveBehind(database: Database, tenantId: TenantId, messageId: string): Promise<void> {
  await database.query(
    `update threadlog.retention_positions set message_id = greatest(message_id, $2),
       began_at = least(began_at, now() - $3::interval) where tenant_id = $1`,
    [tenantId, messageId, ALMOST],
  );
}
