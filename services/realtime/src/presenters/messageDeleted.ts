import { frame, placeOf } from '../frames';
import type { Presenter } from './define';

export const messageDeleted: Presenter<'CHAT_MESSAGE_DELETED'> = {
  frames: (event) => [
    frame('message:deleted', {
      ...placeOf(event.stream_id),
      seq: event.stream_version,
      messageId: event.data.message_id,
      messageIndex: event.data.message_index,
      deletedAt: event.timestamp,
    }),
  ],
};
