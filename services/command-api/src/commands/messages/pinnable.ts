import type { CommandInput } from '@threadlog/commands';
import type { MessageRow } from '@threadlog/read-models';
import { isRefusal, type Refusal, type SeenThread, type ThreadContext } from '../decision';
import { allowed, isThere, viewMessage, viewThread } from '../policies';

type Input = CommandInput<'message.pin'>;

/** In closed threads too: what to look at first is settled once the talking is done. */
export function pinnable(input: Input, state: SeenThread, context: ThreadContext): MessageRow | Refusal {
  const view = viewThread(state, context);
  if (isRefusal(view)) return view;
  const row = viewMessage(input.messageId, state, view);
  if (isRefusal(row)) return row;
  return allowed(context, 'message.pin', view) ?? isThere(row) ?? row;
}

export function placeOf({ thread_id, message_id, message_index }: MessageRow) {
  return { thread_id, message_id, message_index };
}
