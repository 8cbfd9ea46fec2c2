import type { Actor } from '@threadlog/auth';
import {
  firstUnread,
  membershipsOf,
  sql,
  TENANT,
  unreadFrom,
  VIEWER,
  viewerValues,
  VISIBLE_FROM,
  type Sql,
  type Statements,
} from '@threadlog/read-models';

export interface Unread {
  /** Over all threads that are neither muted nor hidden. */
  total: number;
  /** Those with something unread, newest activity first. */
  threads: UnreadThread[];
}

export interface UnreadThread {
  threadId: string;
  unreadCount: number;
  /** Muted now, itself or with its root: not in the total. */
  muted: boolean;
  /** Hidden, itself or with its root: not in the total. */
  hidden: boolean;
}

interface Row extends Record<string, unknown> {
  thread_id: string;
  unread: number;
  hidden: boolean;
  muted_until: string | null;
  root_muted_until: string | null;
}

/**
 * What the actor has not read in the threads and sub-threads it takes part in: the same numbers that the threads
 * themselves show. A thread whose last message is read costs one comparison. What is muted or hidden is listed, and marked,
 * and does not count: a badge is for what somebody wants to be told of.
 */
export async function unreadOf(statements: Statements, actor: Actor, now = Date.now()): Promise<Unread> {
  const rows = await statements.composed<Row>('unread', unreadSql, viewerValues(actor));
  const threads = rows.map(({ thread_id, unread, hidden, muted_until, root_muted_until }): UnreadThread => {
    const muted = isMuted(muted_until, now) || isMuted(root_muted_until, now);
    return { threadId: thread_id, unreadCount: unread, muted, hidden };
  });
  const counted = threads.filter(({ muted, hidden }) => !muted && !hidden);
  return { total: counted.reduce((sum, { unreadCount }) => sum + unreadCount, 0), threads };
}

function isMuted(until: string | null, now: number): boolean {
  return until !== null && Date.parse(until) > now;
}

const FIRST = { visibleFrom: VISIBLE_FROM, readIndex: sql`u.read_index` };

const unreadSql = (schema: Sql): Sql => sql`
  select t.thread_id, unread.n as unread, coalesce(u.hidden, false) or coalesce(ru.hidden, false) as hidden,
    u.muted_until, ru.muted_until as root_muted_until
  from (select * from ${membershipsOf(schema)}) p
  join ${schema}.threads r on r.tenant_id = ${TENANT} and r.thread_id = p.thread_id and r.deleted_at is null
  cross join lateral (
    select r.thread_id, r.parent_thread_id, r.root_version, r.last_message_index,
      r.last_message_at, r.deleted_count, r.created_at, r.updated_at
    union all
    select s.thread_id, s.parent_thread_id, s.root_version, s.last_message_index,
      s.last_message_at, s.deleted_count, s.created_at, s.updated_at
    from ${schema}.threads s
    where s.tenant_id = ${TENANT} and s.parent_thread_id = r.thread_id and s.deleted_at is null
  ) t
  left join ${schema}.user_threads u on u.tenant_id = ${TENANT} and u.user_id = ${VIEWER} and u.thread_id = t.thread_id
  left join ${schema}.user_threads ru on ru.tenant_id = ${TENANT} and ru.user_id = ${VIEWER} and ru.thread_id = r.thread_id
  cross join lateral (${unreadFrom(schema, firstUnread(schema, FIRST))}) unread
  where t.last_message_index > coalesce(u.read_index, 0) and unread.n > 0
  order by t.updated_at desc, t.thread_id desc`;
