import { hasPermission, type Actor } from '@threadlog/auth';
import { param, sql, type Sql } from '../sql/compose';

/**
 * The access rule of `libs/auth` in SQL, for bounds that must be known inside a statement: which threads a list collects,
 * from which message on a thread is seen, which texts a search may find. There is no other copy; a property test holds
 * each fragment to the rule in code, which is applied again to every row that is shown.
 *
 * Aliases: `t` is a thread, `r` its root (itself, of a root) and `p` the viewer's membership in the root.
 */

/** What the rule depends on: the values of `viewerValues`. */
export type ViewerValues = {
  tenantId: string;
  viewerId: string;
  seesAll: boolean;
  seesLearners: boolean;
  learners: string[];
};

export function viewerValues(actor: Actor): ViewerValues {
  const { learnerScope } = actor;
  return {
    tenantId: actor.tenantId,
    viewerId: actor.id,
    seesAll: hasPermission(actor, 'chat:admin'),
    seesLearners: learnerScope === '*',
    learners: learnerScope === '*' ? [actor.id] : [actor.id, ...learnerScope],
  };
}

export const TENANT = param('tenantId');
export const VIEWER = param('viewerId');
/** Oneself among them. */
export const LEARNERS = sql`${param('learners')}::text[]`;

/** Whether the viewer sees all of a thread about this learner, by scope or office, without taking part. */
const byScope = (learnerId: Sql): Sql =>
  sql`${param('seesAll')}::boolean or (${param('seesLearners')}::boolean and ${learnerId} is not null)
    or ${learnerId} = any(${LEARNERS})`;

/** Whether the viewer sees the root thread `t`. */
export const SEES_ROOT = sql`(${byScope(sql`t.learner_id`)} or p.user_id is not null)`;

/** Above every index that a thread can reach. */
const BEYOND = sql`2147483647`;

export interface SeenThread {
  /** The learner of its root. */
  learnerId: Sql;
  isRoot: Sql;
  /** Version of the root that a sub-thread begins at. */
  rootVersion: Sql;
}

/** Index of the first message that the viewer sees; null, or beyond every index, where it sees none. */
const firstSeen = ({ learnerId, isRoot, rootVersion }: SeenThread): Sql => sql`case
  when ${byScope(learnerId)} then 1
  when ${isRoot} then p.visible_from_index
  when p.visible_from_version = 1 or p.visible_from_version <= ${rootVersion} then 1 else ${BEYOND} end`;

/** `visibleFromIndex` of thread `t`, so that last messages and unread counts are bounded where they are computed. */
export const VISIBLE_FROM = firstSeen({
  learnerId: sql`r.learner_id`,
  isRoot: sql`t.parent_thread_id is null`,
  rootVersion: sql`t.root_version`,
});

/** Whether the viewer sees a text of the search index, `s`: a message, or with index 0 the title of its thread. */
export function seesText(schema: Sql): Sql {
  const from = firstSeen({
    learnerId: sql`s.learner_id`,
    isRoot: sql`s.thread_id = s.root_id`,
    rootVersion: sql`(select t.root_version from ${schema}.threads t
      where t.tenant_id = ${TENANT} and t.thread_id = s.thread_id)`,
  });
  return sql`case when s.message_index = 0 then ${from} < ${BEYOND} else ${from} <= s.message_index end`;
}
