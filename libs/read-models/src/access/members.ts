import { raw, sql, type Param, type Sql } from '../sql/compose';
import { LEARNERS, TENANT, VIEWER } from './rule';

/** What is read of a viewer's membership `p`. */
export const MEMBER_COLUMNS = [
  'user_id',
  'role',
  'visible_from_index',
  'visible_from_version',
  'joined_index',
  'joined_at',
  'version',
] as const;

/** A select list made of these columns. */
export function memberColumns(column: (name: (typeof MEMBER_COLUMNS)[number]) => string): Sql {
  return raw(MEMBER_COLUMNS.map(column).join(', '));
}

/**
 * Joins the viewer's membership `p` in a root thread. Looked up for each row: where a plain join would let the planner read
 * all of a busy viewer's memberships instead, a limit of one row keeps it from that.
 */
export function joinMember(schema: Sql, rootId: Sql): Sql {
  return sql`left join lateral (
      select ${memberColumns((name) => name)} from ${schema}.participants
      where tenant_id = ${TENANT} and thread_id = ${rootId} and user_id = ${VIEWER} and removed_at is null limit 1
    ) p on true`;
}

/** Whether somebody takes part in thread `t`. */
export function takesPart(schema: Sql, user: Param): Sql {
  return sql`exists (select from ${schema}.participants m
    where m.tenant_id = ${TENANT} and m.thread_id = t.thread_id and m.user_id = ${user} and m.removed_at is null)`;
}

/** Current memberships `p` of somebody. Only roots have members. */
export function membershipsOf(schema: Sql, user: Param = VIEWER): Sql {
  return sql`${schema}.participants p where p.tenant_id = ${TENANT} and p.user_id = ${user} and p.removed_at is null`;
}

/** The same with their threads `t`, as far as those are not deleted. */
export function sharedThreads(schema: Sql, user: Param = VIEWER): Sql {
  return sql`${schema}.participants p join ${schema}.threads t using (tenant_id, thread_id)
    where p.tenant_id = ${TENANT} and p.user_id = ${user} and p.removed_at is null and t.deleted_at is null`;
}

/** Threads `t` about the learners in the viewer's scope, of whom it is one itself. */
export function aboutLearners(schema: Sql): Sql {
  return sql`${schema}.threads t where t.tenant_id = ${TENANT} and t.learner_id = any(${LEARNERS})`;
}
