import type { ParticipantRole, TenantId } from '@threadlog/events';
import type { Actor } from '../actor';
import { hasPermission } from './permissions';

/** An actor's place in a thread. */
export interface Membership {
  role: ParticipantRole;
  /** Index of the first message this participant sees; 1 for the whole history. */
  visibleFromIndex: number;
  /** Seq of the thread from which on it sees the sub-threads that begin there; 1 for the whole history. */
  visibleFromSeq: number;
}

/** What access to a thread depends on. A sub-thread has its root's learner and participants. */
export interface ThreadAccess {
  tenantId: TenantId;
  learnerId: string | null;
  /** The actor's own membership; null where it does not take part (any more). */
  participant: Membership | null;
  /**
   * Of a sub-thread: where it begins in its root, as the root's seq: that of the message it branches off, else the last
   * one before it. Null for a root.
   */
  beginsAtSeq: number | null;
}

/** Whether a learner is one of those whose threads the actor may see. One's own id always is. */
export function inScope(actor: Actor, learnerId: string | null): boolean {
  if (learnerId === null) return false;
  return actor.learnerScope === '*' || actor.id === learnerId || actor.learnerScope.includes(learnerId);
}

/**
 * The access rule: same tenant, and the actor takes part, or the thread's learner is in its scope, or it administers. Who
 * takes part sees a sub-thread only if it begins where it sees its root.
 * Where this is false the thread does not exist for the actor: 404, decided before anything else.
 */
export function canSee(actor: Actor, thread: ThreadAccess): boolean {
  return actor.tenantId === thread.tenantId && visibleFromIndex(actor, thread) !== NOTHING;
}

/** Beyond every index and seq. */
const NOTHING = Number.MAX_SAFE_INTEGER;

/**
 * Index of the first message of the thread that the actor sees; beyond all of them where it sees none. 1 where it sees
 * the thread by scope or office. A sub-thread numbers its messages itself and is seen whole or not at all.
 */
export function visibleFromIndex(actor: Actor, thread: ThreadAccess): number {
  const { beginsAtSeq, participant } = thread;
  if (beginsAtSeq !== null) return seesSubThread(visibleFromSeq(actor, thread), beginsAtSeq) ? 1 : NOTHING;
  return seesAll(actor, thread) ? 1 : (participant?.visibleFromIndex ?? NOTHING);
}

/** Seq of the root from which on the actor sees what begins there; beyond all where it sees nothing. */
export function visibleFromSeq(actor: Actor, thread: Omit<ThreadAccess, 'beginsAtSeq'>): number {
  return seesAll(actor, thread) ? 1 : (thread.participant?.visibleFromSeq ?? NOTHING);
}

/**
 * The rule for sub-threads and who came late: whoever sees a root from some point on sees the sub-threads that begin there
 * or later, whole. One that branches off a message from before is hidden with that message, and so is one that was
 * there already: what was said in it is as old.
 */
export function seesSubThread(visibleFromSeq: number, beginsAtSeq: number): boolean {
  return visibleFromSeq <= beginsAtSeq;
}

/**
 * A read position as it is shown to somebody who sees a thread from the message of index `visibleFrom` on: one before that
 * names a message that does not exist for it, and is shown as none (0).
 */
export function shownPosition(index: number, visibleFrom: number): number {
  return index < visibleFrom ? 0 : index;
}

function seesAll(actor: Actor, thread: Pick<ThreadAccess, 'learnerId'>): boolean {
  return hasPermission(actor, 'chat:admin') || inScope(actor, thread.learnerId);
}
