import { reactionRemove } from '@threadlog/commands';
import { happened, isRefusal, UNCHANGED } from '../decision';
import { inThread, namedMessage, shownMessage, theMessage, writer } from '../common';
import { defineCommand } from '../define';
import { hasReacted, reactable, reactionOf } from './reactable';

/** Takes one's own reaction back. */
export const removeReaction = defineCommand(reactionRemove, {
  stream: inThread,
  reads: theMessage,
  people: writer,
  refusals: ['thread_closed', 'gone', 'subject_erased'],
  decide(input, state, context) {
    const row = reactable(input, state, context);
    if (isRefusal(row)) return row;
    if (!hasReacted(row, input.emoji, context)) return UNCHANGED;
    return happened({ type: 'CHAT_REACTION_REMOVED', data: reactionOf(row, input.emoji, context) });
  },
  shows: namedMessage,
  replays: shownMessage,
});
