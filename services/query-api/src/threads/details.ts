import { firstUnread, PARTICIPANTS_SHOWN, unreadFrom } from '@threadlog/read-models';
import { VISIBLE_FROM } from './viewer';

/** What is read of the viewer's membership `p`. */
export const MEMBER_COLUMNS = [
  'user_id',
  'role',
  'visible_from_index',
  'visible_from_version',
  'joined_index',
  'joined_at',
  'version',
] as const;

/** Joins the viewer's membership `p` in a root thread. Parameters 1 and 2 are the tenant and the viewer. */
export function memberJoin(schema: string, rootId = 'r.thread_id'): string {
  return `left join lateral (
      select ${MEMBER_COLUMNS.join(', ')} from ${schema}.participants
      where tenant_id = $1 and thread_id = ${rootId} and user_id = $2 and removed_at is null limit 1
    ) p on true`;
}

/** Columns of `ThreadAccessRow` beside those of thread `t`; `r` is its root. */
export const ACCESS_COLUMNS = `r.learner_id as root_learner_id, p.role as member_role,
  p.visible_from_index as member_from, p.visible_from_version as member_from_version, p.version as member_version, hidden.n as hidden_deleted,
  subs.there as has_sub_threads`;

/**
 * The joins of `ACCESS_COLUMNS`. Parameters 1 and 2 are the tenant and the viewer. Everything is looked up for each thread
 * of a page by a whole key; where a plain join would let the planner read all of a busy viewer's rows instead, a limit of
 * one row keeps it from that.
 */
export function accessJoins(schema: string, member = memberJoin(schema)): string {
  return `
    ${member}
    cross join lateral (
      select case when p.visible_from_index > 1 then (
        select count(*)::integer from ${schema}.message_refs x where x.tenant_id = $1 and x.thread_id = t.thread_id
        and x.message_index < p.visible_from_index and x.deleted
      ) else 0 end as n
    ) hidden
    cross join lateral (
      select coalesce((
        select true from ${schema}.threads s where s.tenant_id = $1 and s.parent_thread_id = t.thread_id limit 1
      ), false) as there
    ) subs`;
}

/** Columns of `ThreadPartsRow` beside those of `t`. All derive from rows and positions, none from a counter that could drift. */
export const DETAIL_COLUMNS = `${ACCESS_COLUMNS}, members.member_ids, members.member_roles, members.participant_count,
  readers.shown as readers, latest.message_index as last_visible_index,
  coalesce(unread.n, 0) as unread_count, u.muted_until, u.pinned, u.hidden, u.marked_unread`;

/**
 * The first members of `r`, of its one row or, where that names none, of the participants. Either gives the same, so it does
 * not matter that nothing but the planner says which is asked first.
 */
function membersOf(schema: string): string {
  const columns = 'member_ids, member_roles, participant_count';
  return `
      select ${columns} from ${schema}.thread_members
      where tenant_id = $1 and thread_id = r.thread_id and member_ids is not null
      union all
      select string_agg(m.user_id, ' ' order by m.joined_at, m.user_id),
        string_agg(m.role, ' ' order by m.joined_at, m.user_id),
        case when count(*) < ${PARTICIPANTS_SHOWN} then count(*) else (
          select count(*) from ${schema}.participants
          where tenant_id = $1 and thread_id = r.thread_id and removed_at is null
        ) end::integer
      from (
        select user_id, role, joined_at from ${schema}.participants
        where tenant_id = $1 and thread_id = r.thread_id and removed_at is null
        order by joined_at, user_id limit ${PARTICIPANTS_SHOWN}
      ) m
      limit 1`;
}

const FIRST = { visibleFrom: 'v.visible_from', readIndex: 'u.read_index' };

/** The joins of `DETAIL_COLUMNS`. Parameters 1 to 5 are the viewer's. Who does not take part has nothing unread. */
export function detailJoins(schema: string, member = memberJoin(schema)): string {
  const refs = `${schema}.message_refs x where x.tenant_id = $1 and x.thread_id = t.thread_id`;
  return `${accessJoins(schema, member)}
    left join lateral (
      select * from ${schema}.user_threads where tenant_id = $1 and user_id = $2 and thread_id = t.thread_id limit 1
    ) u on true
    cross join lateral (select ${VISIBLE_FROM} as visible_from) v
    cross join lateral (${membersOf(schema)}
    ) members
    left join lateral (
      select string_agg(x.user_id || ' ' || x.read_index, ',') as shown from ${schema}.user_threads x
      where x.tenant_id = $1 and x.thread_id = t.thread_id and x.read_index > 0
      and x.user_id = any(string_to_array(members.member_ids, ' '))
    ) readers on true
    cross join lateral (
      select case when t.deleted_count > 0 then (
        select x.message_index from ${refs} and not x.deleted and x.message_index >= v.visible_from
        order by x.message_index desc limit 1
      ) when t.last_message_index >= v.visible_from then t.last_message_index end as message_index
    ) latest
    left join lateral (
      ${unreadFrom(schema, firstUnread(schema, FIRST), 'p.user_id is not null')}
    ) unread on true`;
}
