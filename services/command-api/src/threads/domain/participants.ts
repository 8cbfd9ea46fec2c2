import type { Action } from '@threadlog/auth';
import type { CommandInput } from '@threadlog/commands';
import type { ParticipantRole } from '@threadlog/events';
import type { ParticipantRow } from '@threadlog/read-models';
import type { DecisionContext } from '../../decider';
import { happened, refuse, UNCHANGED, type Decide, type Passed, type Refusal } from './decision';
import { activeParticipant, activeParticipants, allowed, isRefusal, notFound, viewThread, type View } from './policies';

/** Adds somebody; whoever takes part already is left as they are. */
export const addParticipant: Decide<'participant.add'> = (input, state, context) => {
  const view = viewThread(state, context);
  if (isRefusal(view)) return view;
  const refusal = allowed(context, managing(input.role), view) ?? hasOwnPeople(view);
  if (refusal) return refusal;
  if (activeParticipant(context.root, input.userId)) return UNCHANGED;
  const full = takesMore(view, context);
  if (full) return full;
  const data = { thread_id: view.thread.thread_id, user_id: input.userId, role: input.role };
  return happened({ type: 'CHAT_PARTICIPANT_ADDED', data: { ...data, ...historyFrom(input.history, view) } });
};

/** Nobody hands on more of the past than they see themselves. */
function historyFrom(history: CommandInput<'participant.add'>['history'], { thread, ...view }: View) {
  const [index, seq] = history === 'from_join' ? [thread.last_message_index + 1, thread.version + 1] : [1, 1];
  return {
    visible_from_index: Math.max(index, view.visibleFrom),
    visible_from_version: Math.max(seq, view.visibleFromSeq),
  };
}

/** Removes somebody, or oneself: leaving. */
export const removeParticipant: Decide<'participant.remove'> = (input, state, context) => {
  const view = viewThread(state, context);
  if (isRefusal(view)) return view;
  const target = activeParticipant(context.root, input.userId);
  const leaves = target?.user_id === context.actor.id;
  const refusal = allowed(context, removing(target, leaves), view) ?? hasOwnPeople(view);
  if (refusal) return refusal;
  if (!target) return notFound();
  const remaining = activeParticipants(context.root).length - 1;
  const blocked = mayGo(view, leaves) ?? keepsAnOwner(target.user_id, context, remaining);
  if (blocked) return blocked;
  return happened({
    type: 'CHAT_PARTICIPANT_REMOVED',
    data: { thread_id: view.thread.thread_id, user_id: input.userId, reason: leaves ? 'left' : 'removed' },
  });
};

export const changeParticipantRole: Decide<'participant.changeRole'> = (input, state, context) => {
  const view = viewThread(state, context);
  if (isRefusal(view)) return view;
  const refusal = allowed(context, 'roles.manage', view) ?? hasOwnPeople(view);
  if (refusal) return refusal;
  const target = activeParticipant(context.root, input.userId);
  if (!target) return notFound();
  if (target.role === input.role) return UNCHANGED;
  const ownerless = keepsAnOwner(target.user_id, context, activeParticipants(context.root).length);
  if (ownerless) return ownerless;
  return happened({
    type: 'CHAT_PARTICIPANT_ROLE_CHANGED',
    data: { thread_id: view.thread.thread_id, user_id: input.userId, role: input.role, previous: target.role },
  });
};

/** Moderators handle plain members; everything about higher roles is the owners'. */
function managing(role: ParticipantRole): Action {
  return role === 'member' ? 'members.manage' : 'roles.manage';
}

/** Who is not there is asked for like a plain member. */
function removing(target: ParticipantRow | null, leaves: boolean): Action {
  return leaves ? 'thread.leave' : managing(target?.role ?? 'member');
}

function hasOwnPeople(view: View): Refusal | Passed {
  if (view.thread.parent_thread_id === null) return undefined;
  return refuse('conflict', 'the people of a sub-thread are those of its root');
}

function takesMore(view: View, context: DecisionContext): Refusal | Passed {
  if (view.thread.type === 'direct') return refuse('conflict', 'a direct conversation has exactly two people');
  const { maxParticipants } = context.limits;
  if (activeParticipants(context.root).length < maxParticipants) return undefined;
  return refuse('conflict', `a thread has at most ${maxParticipants} participants`);
}

/** Creating a direct conversation again brings back whoever left; so nobody may be put out of it by the other. */
function mayGo(view: View, leaves: boolean): Refusal | Passed {
  if (leaves || view.thread.type !== 'direct') return undefined;
  return refuse('conflict', 'a direct conversation can only be left or deleted');
}

/** The last owner stays as long as anybody does: a thread with people in it has somebody who answers for it. */
function keepsAnOwner(userId: string, context: DecisionContext, remaining: number): Refusal | Passed {
  const owners = activeParticipants(context.root).filter((row) => row.role === 'owner');
  const isLast = owners.length === 1 && owners[0]?.user_id === userId;
  return isLast && remaining > 0 ? refuse('conflict', 'the last owner must hand over first') : undefined;
}
