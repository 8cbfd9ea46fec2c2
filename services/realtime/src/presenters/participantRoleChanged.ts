import { frame, placeOf } from '../frames';
import type { Presenter } from './define';

export const participantRoleChanged: Presenter<'CHAT_PARTICIPANT_ROLE_CHANGED'> = {
  frames: (event) => [
    frame('conversation:updated', {
      ...placeOf(event.stream_id),
      seq: event.stream_version,
      participant: { userId: event.data.user_id, role: event.data.role },
      updatedAt: event.timestamp,
    }),
  ],
};
