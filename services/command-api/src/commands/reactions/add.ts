import { reactionAdd } from '@threadlog/commands';
import type { MessageRow } from '@threadlog/read-models';
import { happened, isRefusal, refuse, UNCHANGED, type Check } from '../decision';
import { inThread, namedMessage, shownMessage, theMessage, writer } from '../common';
import { defineCommand } from '../define';
import { hasReacted, reactable, reactionOf } from './reactable';

/** Different emojis on one message; how many people use each is bounded by how many take part. */
export const MAX_EMOJIS_PER_MESSAGE = 50;

/** Reacts to a message; one of a kind each. */
export const addReaction = defineCommand(reactionAdd, {
  stream: inThread,
  reads: theMessage,
  people: writer,
  refusals: ['thread_closed', 'gone', 'conflict', 'subject_erased'],
  decide(input, state, context) {
    const row = reactable(input, state, context);
    if (isRefusal(row)) return row;
    if (hasReacted(row, input.emoji, context)) return UNCHANGED;
    const full = takesMore(row, input.emoji);
    if (full) return full;
    return happened({ type: 'CHAT_REACTION_ADDED', data: reactionOf(row, input.emoji, context) });
  },
  shows: namedMessage,
  replays: shownMessage,
});

function takesMore(row: MessageRow, emoji: string): Check {
  const emojis = row.reactions ?? [];
  if (emojis.length < MAX_EMOJIS_PER_MESSAGE || emojis.some((one) => one.emoji === emoji)) return undefined;
  return refuse('conflict', `a message takes at most ${MAX_EMOJIS_PER_MESSAGE} different emojis`);
}
