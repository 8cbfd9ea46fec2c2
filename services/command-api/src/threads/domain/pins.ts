import type { CommandInput } from '@threadlog/commands';
import type { MessageRow } from '@threadlog/read-models';
import type { DecisionContext, ThreadState } from '../../decider';
import { happened, UNCHANGED, type Decide, type Refusal } from './decision';
import { allowed, isRefusal, isThere, viewMessage, viewThread } from './policies';

/** Pins a message for everybody in the thread. */
export const pinMessage: Decide<'message.pin'> = (input, state, context) => {
  const row = pinnable(input, state, context);
  if (isRefusal(row)) return row;
  return row.pinned ? UNCHANGED : happened({ type: 'CHAT_MESSAGE_PINNED', data: placeOf(row) });
};

export const unpinMessage: Decide<'message.unpin'> = (input, state, context) => {
  const row = pinnable(input, state, context);
  if (isRefusal(row)) return row;
  return row.pinned ? happened({ type: 'CHAT_MESSAGE_UNPINNED', data: placeOf(row) }) : UNCHANGED;
};

type Input = CommandInput<'message.pin'>;

/** In closed threads too: what to look at first is settled once the talking is done. */
function pinnable(input: Input, state: ThreadState, context: DecisionContext): MessageRow | Refusal {
  const view = viewThread(state, context);
  if (isRefusal(view)) return view;
  const row = viewMessage(input.messageId, state, view);
  if (isRefusal(row)) return row;
  return allowed(context, 'message.pin', view) ?? isThere(row) ?? row;
}

function placeOf({ thread_id, message_id, message_index }: MessageRow) {
  return { thread_id, message_id, message_index };
}
