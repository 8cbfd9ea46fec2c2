import { frame, placeOf } from '../frames';
import type { Presenter } from './define';

export const threadDeleted: Presenter<'CHAT_THREAD_DELETED'> = {
  frames: (event) => [
    frame('conversation:deleted', {
      ...placeOf(event.stream_id),
      seq: event.stream_version,
      reason: event.data.reason,
    }),
  ],
};
