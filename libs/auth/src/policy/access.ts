import type { ParticipantRole, TenantId } from '@threadlog/events';
import type { Actor } from '../actor';
import { holds } from './permissions';

/** An actor's place in a thread. */
export interface Membership {
  role: ParticipantRole;
  /** Index of the first message this participant sees; 1 for the whole history. */
  visibleFromIndex: number;
}

/** What access to a thread depends on. A sub-thread has its root's learner and participants. */
export interface ThreadAccess {
  tenantId: TenantId;
  learnerId: string | null;
  /** The actor's own membership; null where it does not take part (any more). */
  participant: Membership | null;
}

/** Whether a learner is one of those whose threads the actor may see. One's own id always is. */
export function inScope(actor: Actor, learnerId: string | null): boolean {
  if (learnerId === null) return false;
  return actor.learnerScope === '*' || actor.id === learnerId || actor.learnerScope.includes(learnerId);
}

/**
 * The access rule: same tenant, and the actor takes part, or the thread's learner is in its scope, or it administers.
 * Where this is false the thread does not exist for the actor: 404, decided before anything else.
 */
export function canSee(actor: Actor, thread: ThreadAccess): boolean {
  return actor.tenantId === thread.tenantId && (thread.participant !== null || seesAll(actor, thread));
}

/** Index of the first message of a visible thread that the actor sees; 1 where it sees the thread by scope or office. */
export function visibleFromIndex(actor: Actor, thread: ThreadAccess): number {
  return seesAll(actor, thread) ? 1 : (thread.participant?.visibleFromIndex ?? Number.MAX_SAFE_INTEGER);
}

function seesAll(actor: Actor, thread: ThreadAccess): boolean {
  return holds(actor, 'chat:admin') || inScope(actor, thread.learnerId);
}
