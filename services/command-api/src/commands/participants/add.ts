import { participantAdd, type CommandInput } from '@threadlog/commands';
import { happened, isRefusal, refuse, UNCHANGED, type Check, type ThreadContext } from '../decision';
import { inThread, namedParticipant, writer } from '../common';
import { defineCommand } from '../define';
import { activeParticipant, activeParticipants, allowed, viewThread, type View } from '../policies';
import { hasOwnPeople, managing } from './rules';

/** Adds somebody; whoever takes part already is left as they are. */
export const addParticipant = defineCommand(participantAdd, {
  stream: inThread,
  people: ({ userId }, actor) => [...writer(null, actor), userId],
  refusals: ['conflict', 'subject_erased'],
  decide(input, state, context) {
    const view = viewThread(state, context);
    if (isRefusal(view)) return view;
    const refusal = allowed(context, managing(input.role), view) ?? hasOwnPeople(view);
    if (refusal) return refusal;
    if (activeParticipant(context.root, input.userId)) return UNCHANGED;
    const full = takesMore(view, context);
    if (full) return full;
    const data = { thread_id: view.thread.thread_id, user_id: input.userId, role: input.role };
    return happened({ type: 'CHAT_PARTICIPANT_ADDED', data: { ...data, ...historyFrom(input.history, view) } });
  },
  shows: namedParticipant,
});

/** Nobody hands on more of the past than they see themselves. */
function historyFrom(history: CommandInput<'participant.add'>['history'], { thread, ...view }: View) {
  const [index, seq] = history === 'from_join' ? [thread.last_message_index + 1, thread.version + 1] : [1, 1];
  return {
    visible_from_index: Math.max(index, view.visibleFrom),
    visible_from_version: Math.max(seq, view.visibleFromSeq),
  };
}

function takesMore(view: View, context: ThreadContext): Check {
  if (view.thread.type === 'direct') return refuse('conflict', 'a direct conversation has exactly two people');
  const { maxParticipants } = context.limits;
  if (activeParticipants(context.root).length < maxParticipants) return undefined;
  return refuse('conflict', `a thread has at most ${maxParticipants} participants`);
}
