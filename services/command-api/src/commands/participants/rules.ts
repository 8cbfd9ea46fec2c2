import type { Action } from '@threadlog/auth';
import type { ParticipantRole } from '@threadlog/events';
import { refuse, type Check, type ThreadContext } from '../decision';
import { activeParticipants, type View } from '../policies';

/** Moderators handle plain members; everything about higher roles is the owners'. */
export function managing(role: ParticipantRole): Action {
  return role === 'member' ? 'members.manage' : 'roles.manage';
}

export function hasOwnPeople(view: View): Check {
  if (view.thread.parent_thread_id === null) return undefined;
  return refuse('conflict', 'the people of a sub-thread are those of its root');
}

/** The last owner stays as long as anybody does: a thread with people in it has somebody who answers for it. */
export function keepsAnOwner(userId: string, context: ThreadContext, remaining: number): Check {
  const owners = activeParticipants(context.root).filter((row) => row.role === 'owner');
  const isLast = owners.length === 1 && owners[0]?.user_id === userId;
  return isLast && remaining > 0 ? refuse('conflict', 'the last owner must hand over first') : undefined;
}
