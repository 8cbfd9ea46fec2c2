import type { Actor } from '@threadlog/auth';
import type { Statements } from '@threadlog/read-models';
import { unreadFrom } from './details';
import { VISIBLE_FROM, viewerValues } from './viewer';

export interface Unread {
  total: number;
  /** Those with something unread, newest activity first. */
  threads: { threadId: string; unreadCount: number }[];
}

/**
 * What the actor has not read in the threads and sub-threads it takes part in and has not hidden: the same numbers that
 * the threads themselves show. A thread whose last message is read costs one comparison.
 */
export async function unreadOf(statements: Statements, actor: Actor): Promise<Unread> {
  const threads = await statements.rows<Unread['threads'][number]>('unread', unreadSql, viewerValues(actor));
  return { total: threads.reduce((sum, { unreadCount }) => sum + unreadCount, 0), threads };
}

const unreadSql = (schema: string): string => `
  select t.thread_id as "threadId", unread.n as "unreadCount"
  from ${schema}.participants p
  join ${schema}.threads r on r.tenant_id = $1 and r.thread_id = p.thread_id and r.deleted_at is null
  cross join lateral (
    select r.thread_id, r.parent_thread_id, r.root_version, r.last_message_index, r.deleted_count, r.updated_at
    union all
    select s.thread_id, s.parent_thread_id, s.root_version, s.last_message_index, s.deleted_count, s.updated_at
    from ${schema}.threads s
    where s.tenant_id = $1 and s.parent_thread_id = r.thread_id and s.deleted_at is null
  ) t
  left join ${schema}.user_threads u on u.tenant_id = $1 and u.user_id = $2 and u.thread_id = t.thread_id
  cross join lateral (${unreadFrom(schema, `greatest(${VISIBLE_FROM}, u.read_index + 1)`)}) unread
  where p.tenant_id = $1 and p.user_id = $2 and p.removed_at is null
  and t.last_message_index > coalesce(u.read_index, 0) and not coalesce(u.hidden, false) and unread.n > 0
  order by t.updated_at desc, t.thread_id desc`;
