import type { TenantId } from '@threadlog/events';
import type { Statements } from '@threadlog/read-models';

/** Figures of a tenant; deleted threads and messages are not counted. */
export interface Stats {
  conversations: number;
  messages: number;
  users: number;
  messagesLast24h: number;
}

const DAY_MS = 86_400_000;

export async function readStats(statements: Statements, tenantId: TenantId, nowMs = Date.now()): Promise<Stats> {
  const [row] = await statements.rows<Stats>('stats', statsSql, [tenantId, firstIdOf(nowMs - DAY_MS)]);
  return row!;
}

const statsSql = (schema: string): string => `
  select threads.*, users.*, latest.* from (
    select count(*) filter (where t.parent_thread_id is null) as conversations,
      coalesce(sum(t.last_message_index - t.deleted_count), 0)::bigint as messages
    from ${schema}.threads t
    join ${schema}.threads r on r.tenant_id = $1 and r.thread_id = split_part(t.thread_id, '~', 1)
    where t.tenant_id = $1 and t.deleted_at is null and r.deleted_at is null
  ) threads, (
    select count(*) as users from ${schema}.users where tenant_id = $1 and removed_at is null
  ) users, (
    select count(*) as "messagesLast24h" from ${schema}.message_refs
    where tenant_id = $1 and message_id >= $2 and not deleted
  ) latest`;

/**
 * The lowest id of a message written at this time: ours are UUIDv7, which begin with their milliseconds, so the index
 * of ids is an index of times too, wherever the messages themselves live.
 */
function firstIdOf(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
