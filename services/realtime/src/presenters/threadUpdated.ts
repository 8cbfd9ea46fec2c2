import { ERASED } from '@threadlog/events';
import { frame, placeOf, type Payload } from '../frames';
import type { Presenter } from './define';
import { openFields } from './openField';

export const threadUpdated: Presenter<'CHAT_THREAD_UPDATED'> = {
  frames: (event, view) => [
    frame('conversation:updated', {
      ...placeOf(event.stream_id),
      seq: event.stream_version,
      ...(openFields(event, { title: ERASED, metadata: null }, view) as Partial<Payload<'conversation:updated'>>),
      updatedAt: event.timestamp,
    }),
  ],
};
