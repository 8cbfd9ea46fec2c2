import { frame, placeOf } from '../frames';
import type { Presenter } from './define';

export const agentModeChanged: Presenter<'CHAT_AGENT_MODE_CHANGED'> = {
  frames: (event) => [
    frame('conversation:updated', {
      ...placeOf(event.stream_id),
      seq: event.stream_version,
      agentMode: event.data.mode,
      updatedAt: event.timestamp,
    }),
  ],
};
