import type { CommandInput } from '@threadlog/commands';
import { loggedEmoji } from '@threadlog/events';
import type { MessageRow } from '@threadlog/read-models';
import type { DecisionContext, ThreadState } from '../../decider';
import { happened, refuse, UNCHANGED, type Decide, type Passed, type Refusal } from './decision';
import { allowed, isOpen, isRefusal, isThere, viewMessage, viewThread } from './policies';

/** Different emojis on one message; how many people use each is bounded by how many take part. */
export const MAX_EMOJIS_PER_MESSAGE = 50;

/** Reacts to a message; one of a kind each. */
export const addReaction: Decide<'reaction.add'> = (input, state, context) => {
  const row = reactable(input, state, context);
  if (isRefusal(row)) return row;
  if (hasReacted(row, input.emoji, context)) return UNCHANGED;
  const full = takesMore(row, input.emoji);
  if (full) return full;
  return happened({ type: 'CHAT_REACTION_ADDED', data: reactionOf(row, input.emoji, context) });
};

/** Takes one's own reaction back. */
export const removeReaction: Decide<'reaction.remove'> = (input, state, context) => {
  const row = reactable(input, state, context);
  if (isRefusal(row)) return row;
  if (!hasReacted(row, input.emoji, context)) return UNCHANGED;
  return happened({ type: 'CHAT_REACTION_REMOVED', data: reactionOf(row, input.emoji, context) });
};

type Input = CommandInput<'reaction.add'>;

function reactable(input: Input, state: ThreadState, context: DecisionContext): MessageRow | Refusal {
  const view = viewThread(state, context);
  if (isRefusal(view)) return view;
  const row = viewMessage(input.messageId, state, view);
  if (isRefusal(row)) return row;
  return allowed(context, 'message.react', view) ?? isThere(row) ?? isOpen(view) ?? row;
}

function hasReacted(row: MessageRow, emoji: string, { actor }: DecisionContext): boolean {
  return row.reactions?.some((one) => one.emoji === emoji && one.user_ids.includes(actor.id)) ?? false;
}

function takesMore(row: MessageRow, emoji: string): Refusal | Passed {
  const emojis = row.reactions ?? [];
  if (emojis.length < MAX_EMOJIS_PER_MESSAGE || emojis.some((one) => one.emoji === emoji)) return undefined;
  return refuse('conflict', `a message takes at most ${MAX_EMOJIS_PER_MESSAGE} different emojis`);
}

function reactionOf({ thread_id, message_id, message_index }: MessageRow, emoji: string, { actor }: DecisionContext) {
  return { thread_id, message_id, message_index, emoji: loggedEmoji(emoji), user_id: actor.id };
}
