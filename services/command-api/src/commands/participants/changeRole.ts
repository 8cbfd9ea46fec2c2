import { participantChangeRole } from '@threadlog/commands';
import { happened, isRefusal, UNCHANGED } from '../decision';
import { inThread, namedParticipant, writer } from '../common';
import { defineCommand } from '../define';
import { activeParticipant, activeParticipants, allowed, notFound, viewThread } from '../policies';
import { hasOwnPeople, keepsAnOwner } from './rules';

/** Gives a participant another role. */
export const changeParticipantRole = defineCommand(participantChangeRole, {
  stream: inThread,
  people: writer,
  refusals: ['conflict', 'subject_erased'],
  decide(input, state, context) {
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
  },
  shows: namedParticipant,
});
