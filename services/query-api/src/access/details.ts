import {
  firstUnread,
  joinMember,
  PARTICIPANTS_SHOWN,
  raw,
  sql,
  TENANT,
  unreadFrom,
  VIEWER,
  VISIBLE_FROM,
  type Sql,
} from '@threadlog/read-models';

/** Columns of `ThreadAccessRow` beside those of thread `t`; `r` is its root. */
export const ACCESS_COLUMNS = sql`r.learner_id as root_learner_id, p.role as member_role,
  p.visible_from_index as member_from, p.visible_from_version as member_from_version, p.version as member_version, hidden.n as hidden_deleted,
  subs.there as has_sub_threads`;

const ROOT = sql`r.thread_id`;

/** The joins of `ACCESS_COLUMNS`. Everything is looked up for each thread of a page by a whole key. */
export function accessJoins(schema: Sql, member = joinMember(schema, ROOT)): Sql {
  return sql`
    ${member}
    cross join lateral (
      select case when p.visible_from_index > 1 then (
        select count(*)::integer from ${schema}.message_refs x where x.tenant_id = ${TENANT} and x.thread_id = t.thread_id
        and x.message_index < p.visible_from_index and x.deleted
      ) else 0 end as n
    ) hidden
    cross join lateral (
      select coalesce((
        select true from ${schema}.threads s where s.tenant_id = ${TENANT} and s.parent_thread_id = t.thread_id limit 1
      ), false) as there
    ) subs`;
}

/** Columns of `ThreadPartsRow` beside those of `t`. All derive from rows and positions, none from a counter that could drift. */
export const DETAIL_COLUMNS = sql`${ACCESS_COLUMNS}, members.member_ids, members.member_roles, members.participant_count,
  readers.shown as readers, latest.message_index as last_visible_index,
  coalesce(unread.n, 0) as unread_count, u.muted_until, u.pinned, u.hidden, u.marked_unread`;

/**
 * The first members of `r`, of its one row or, where that names none, of the participants. Either gives the same, so it does
 * not matter that nothing but the planner says which is asked first.
 */
function membersOf(schema: Sql): Sql {
  const shown = raw(`${PARTICIPANTS_SHOWN}`);
  return sql`
      select member_ids, member_roles, participant_count from ${schema}.thread_members
      where tenant_id = ${TENANT} and thread_id = ${ROOT} and member_ids is not null
      union all
      select string_agg(m.user_id, ' ' order by m.joined_at, m.user_id),
        string_agg(m.role, ' ' order by m.joined_at, m.user_id),
        case when count(*) < ${shown} then count(*) else (
          select count(*) from ${schema}.participants
          where tenant_id = ${TENANT} and thread_id = ${ROOT} and removed_at is null
        ) end::integer
      from (
        select user_id, role, joined_at from ${schema}.participants
        where tenant_id = ${TENANT} and thread_id = ${ROOT} and removed_at is null
        order by joined_at, user_id limit ${shown}
      ) m
      limit 1`;
}

const FIRST = { visibleFrom: sql`v.visible_from`, readIndex: sql`u.read_index` };

/** The joins of `DETAIL_COLUMNS`. Who does not take part has nothing unread. */
export function detailJoins(schema: Sql, member = joinMember(schema, ROOT)): Sql {
  const refs = sql`${schema}.message_refs x where x.tenant_id = ${TENANT} and x.thread_id = t.thread_id`;
  return sql`${accessJoins(schema, member)}
    left join lateral (
      select * from ${schema}.user_threads
      where tenant_id = ${TENANT} and user_id = ${VIEWER} and thread_id = t.thread_id limit 1
    ) u on true
    cross join lateral (select ${VISIBLE_FROM} as visible_from) v
    cross join lateral (${membersOf(schema)}
    ) members
    left join lateral (
      select string_agg(x.user_id || ' ' || x.read_index, ',') as shown from ${schema}.user_threads x
      where x.tenant_id = ${TENANT} and x.thread_id = t.thread_id and x.read_index > 0
      and x.user_id = any(string_to_array(members.member_ids, ' '))
    ) readers on true
    cross join lateral (
      select case when t.deleted_count > 0 then (
        select x.message_index from ${refs} and not x.deleted and x.message_index >= v.visible_from
        order by x.message_index desc limit 1
      ) when t.last_message_index >= v.visible_from then t.last_message_index end as message_index
    ) latest
    left join lateral (
      ${unreadFrom(schema, firstUnread(schema, FIRST), sql`p.user_id is not null`)}
    ) unread on true`;
}
