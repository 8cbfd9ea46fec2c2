import type { EventOf } from '@threadlog/events';
import { frame, placeOf, type Frame } from '../frames';
import type { Presenter } from './define';

export const messagePinned: Presenter<'CHAT_MESSAGE_PINNED'> = { frames: (event) => [pin(event, true)] };
export const messageUnpinned: Presenter<'CHAT_MESSAGE_UNPINNED'> = { frames: (event) => [pin(event, false)] };

/** Not `message:edited` as well: the clients that know it take every one for a new text. */
function pin(event: EventOf<'CHAT_MESSAGE_PINNED' | 'CHAT_MESSAGE_UNPINNED'>, pinned: boolean): Frame {
  return frame('message:updated', {
    ...placeOf(event.stream_id),
    seq: event.stream_version,
    messageId: event.data.message_id,
    messageIndex: event.data.message_index,
    pinned,
  });
}
