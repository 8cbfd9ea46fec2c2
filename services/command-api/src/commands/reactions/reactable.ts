import type { CommandInput } from '@threadlog/commands';
import { loggedEmoji } from '@threadlog/events';
import type { MessageRow } from '@threadlog/read-models';
import { isRefusal, type DecisionContext, type Refusal, type SeenThread, type ThreadContext } from '../decision';
import { allowed, isOpen, isThere, viewMessage, viewThread } from '../policies';

type Input = CommandInput<'reaction.add'>;

/** The message, where the actor may react to it. */
export function reactable(input: Input, state: SeenThread, context: ThreadContext): MessageRow | Refusal {
  const view = viewThread(state, context);
  if (isRefusal(view)) return view;
  const row = viewMessage(input.messageId, state, view);
  if (isRefusal(row)) return row;
  return allowed(context, 'message.react', view) ?? isThere(row) ?? isOpen(view) ?? row;
}

export function hasReacted(row: MessageRow, emoji: string, { actor }: DecisionContext): boolean {
  return row.reactions?.some((one) => one.emoji === emoji && one.user_ids.includes(actor.id)) ?? false;
}

export function reactionOf(
  { thread_id, message_id, message_index }: MessageRow,
  emoji: string,
  { actor }: DecisionContext,
) {
  return { thread_id, message_id, message_index, emoji: loggedEmoji(emoji), user_id: actor.id };
}
