import type { Action } from '@threadlog/auth';
import { participantRemove } from '@threadlog/commands';
import type { ParticipantRow } from '@threadlog/read-models';
import { happened, isRefusal, refuse, type Check } from '../decision';
import { inThread, writer } from '../common';
import { defineCommand } from '../define';
import { activeParticipant, activeParticipants, allowed, notFound, viewThread, type View } from '../policies';
import { hasOwnPeople, keepsAnOwner, managing } from './rules';

/** Removes somebody, or oneself: leaving. */
export const removeParticipant = defineCommand(participantRemove, {
  stream: inThread,
  people: writer,
  refusals: ['conflict', 'subject_erased'],
  decide(input, state, context) {
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
  },
});

/** Who is not there is asked for like a plain member. */
function removing(target: ParticipantRow | null, leaves: boolean): Action {
  return leaves ? 'thread.leave' : managing(target?.role ?? 'member');
}

/** Creating a direct conversation again brings back whoever left; so nobody may be put out of it by the other. */
function mayGo(view: View, leaves: boolean): Check {
  if (leaves || view.thread.type !== 'direct') return undefined;
  return refuse('conflict', 'a direct conversation can only be left or deleted');
}
