import { frame, placeOf } from '../frames';
import type { Presenter } from './define';

export const threadStatusChanged: Presenter<'CHAT_THREAD_STATUS_CHANGED'> = {
  frames: (event) => [
    frame('conversation:updated', {
      ...placeOf(event.stream_id),
      seq: event.stream_version,
      status: event.data.status,
      updatedAt: event.timestamp,
    }),
  ],
};
