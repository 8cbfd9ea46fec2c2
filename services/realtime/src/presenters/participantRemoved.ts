import { frame, placeOf } from '../frames';
import type { Presenter } from './define';

export const participantRemoved: Presenter<'CHAT_PARTICIPANT_REMOVED'> = {
  frames: (event) => [
    frame('user:left', {
      ...placeOf(event.stream_id),
      seq: event.stream_version,
      userId: event.data.user_id,
      reason: event.data.reason,
    }),
  ],
};
