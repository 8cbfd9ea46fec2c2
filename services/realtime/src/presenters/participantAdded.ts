import { frame, placeOf } from '../frames';
import type { Presenter } from './define';

export const participantAdded: Presenter<'CHAT_PARTICIPANT_ADDED'> = {
  frames: (event) => [
    frame('user:joined', {
      ...placeOf(event.stream_id),
      seq: event.stream_version,
      userId: event.data.user_id,
      role: event.data.role,
    }),
  ],
};
