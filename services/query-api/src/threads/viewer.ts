import { hasPermission, type Actor } from '@threadlog/auth';

/** What the access rule depends on, as parameters 1 to 5 of every statement that filters or bounds by it. */
export type ViewerValues = [tenantId: string, userId: string, seesAll: boolean, seesLearners: boolean, scope: string[]];

export function viewerValues(actor: Actor): ViewerValues {
  const { learnerScope } = actor;
  const scope = learnerScope === '*' ? [actor.id] : [actor.id, ...learnerScope];
  return [actor.tenantId, actor.id, hasPermission(actor, 'chat:admin'), learnerScope === '*', scope];
}

/**
 * Index of the first message that the viewer sees of thread `t` with root `r`, where `p` is its membership in that:
 * `visibleFromIndex` of the access rule in SQL, so that last messages and unread counts are bounded where they are
 * computed. Null, or a number beyond every index, is none.
 */
export const VISIBLE_FROM = `case
  when $3::boolean or ($4::boolean and r.learner_id is not null) or r.learner_id = any($5::text[]) then 1
  when t.parent_thread_id is null then p.visible_from_index
  when p.visible_from_version <= t.root_version then 1 else 2147483647 end`;
