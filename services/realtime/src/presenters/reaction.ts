import { emojiIdentity, type EventOf } from '@threadlog/events';
import { frame, placeOf } from '../frames';
import type { Presenter } from './define';

export const reactionAdded: Presenter<'CHAT_REACTION_ADDED'> = {
  frames: (event) => [frame('reaction:added', about(event))],
};

export const reactionRemoved: Presenter<'CHAT_REACTION_REMOVED'> = {
  frames: (event) => [frame('reaction:removed', about(event))],
};

function about(event: EventOf<'CHAT_REACTION_ADDED' | 'CHAT_REACTION_REMOVED'>) {
  const { message_id: messageId, message_index: messageIndex, user_id: userId } = event.data;
  const emoji = emojiIdentity(event.data.emoji);
  return { ...placeOf(event.stream_id), seq: event.stream_version, messageId, messageIndex, emoji, userId };
}
