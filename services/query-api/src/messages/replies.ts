import type { TenantId } from '@threadlog/events';
import type { MessageRow, Replies, Statements } from '@threadlog/read-models';

/**
 * What was said in the sub-threads of these messages, by message id; those without sub-threads are left out. Ask only
 * where a thread has any.
 */
export async function repliesTo(
  statements: Statements,
  tenantId: TenantId,
  messages: readonly Pick<MessageRow, 'thread_id' | 'message_id'>[],
): Promise<ReadonlyMap<string, Replies>> {
  if (messages.length === 0) return new Map();
  const rows = await statements.rows<{ root_message_id: string; count: number; last_at: string | null }>(
    'replies',
    (schema) => `select s.root_message_id, sum(s.last_message_index - s.deleted_count)::integer as count,
        max(s.last_message_at) as last_at
      from unnest($2::text[], $3::text[]) as m(thread_id, message_id)
      join ${schema}.threads s
        on s.tenant_id = $1 and s.parent_thread_id = m.thread_id and s.root_message_id = m.message_id
      where s.deleted_at is null group by s.root_message_id`,
    [tenantId, messages.map((row) => row.thread_id), messages.map((row) => row.message_id)],
  );
  return new Map(rows.map(({ root_message_id, count, last_at }) => [root_message_id, { count, lastAt: last_at }]));
}
