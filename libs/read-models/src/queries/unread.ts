import { TENANT, VIEWER } from '../access/rule';
import { raw, sql, type Sql } from '../sql/compose';

/** Unread messages are counted up to here: a number that a client can show, and a bound on what counting may cost. */
export const UNREAD_COUNTED = 1_000;
const COUNTED = raw(`${UNREAD_COUNTED}`);

/**
 * What is unread, once for all who count it: messages of others that nobody deleted, from the first on that the reader
 * sees, has not read, and that was not there when it joined. Aliases: thread `t`, the reader's membership in its root `p`.
 * `visibleFrom` and `readIndex` are expressions, either of which may be null.
 */
export function firstUnread(schema: Sql, { visibleFrom, readIndex }: { visibleFrom: Sql; readIndex: Sql }): Sql {
  return sql`greatest(${visibleFrom}, ${readIndex} + 1, ${readOnJoining(schema, readIndex)} + 1)`;
}

/**
 * Index of the last message that was there when the reader joined, whatever history it is shown. In a root its membership
 * says so. Sub-threads are streams of their own: there the time decides, and no more than the newest are looked at, for
 * older ones are beyond what is counted.
 */
export function readOnJoining(schema: Sql, readIndex: Sql): Sql {
  const looked = raw(`${UNREAD_COUNTED + 1}`);
  return sql`case
    when t.parent_thread_id is null then p.joined_index
    when p.joined_at < t.created_at then 0
    when coalesce(t.last_message_at, '') <= p.joined_at then t.last_message_index
    else coalesce((
      select max(x.message_index) from (
        select message_index, created_at from ${schema}.message_refs
        where tenant_id = ${TENANT} and thread_id = t.thread_id and message_index > coalesce(${readIndex}, 0)
        order by message_index desc limit ${looked}
      ) x where x.created_at <= p.joined_at
    ), greatest(t.last_message_index - ${looked}, 0)) end`;
}

/**
 * Unread messages of thread `t` from an index on, as a lateral row `n`. Indexes have no gaps, so it is what was written
 * from there on less the reader's own and the deleted: few, where reading through what is unread would be many, and each
 * of these in another page. Without an index, or where `only` does not hold, there is nothing.
 */
export function unreadFrom(schema: Sql, from: Sql, only: Sql = sql`true`): Sql {
  const refs = sql`${schema}.message_refs x
    where x.tenant_id = ${TENANT} and x.thread_id = t.thread_id and x.message_index >= span.first`;
  return sql`
    select case when span.first <= t.last_message_index and ${only} then least(${COUNTED},
      t.last_message_index - span.first + 1
      - (select count(*) from ${refs} and x.sender_id = ${VIEWER} and not x.deleted)
      - case when t.deleted_count > 0 then (select count(*) from ${refs} and x.deleted) else 0 end
    )::integer end as n
    from (select ${from} as first offset 0) span offset 0`;
}
