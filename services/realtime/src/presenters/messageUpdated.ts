import { ERASED } from '@threadlog/events';
import { frame, placeOf, type Payload } from '../frames';
import type { Presenter } from './define';
import { openFields } from './openField';

type Changes = Pick<Payload<'message:updated'>, 'content' | 'metadata' | 'attachments'>;

/** Only what changed is there. Sent under both names that clients know it by. */
export const messageUpdated: Presenter<'CHAT_MESSAGE_UPDATED'> = {
  frames(event, view) {
    const { attachments, ...changes } = openFields(event, { content: ERASED, metadata: null, attachments: [] }, view);
    const payload = {
      ...placeOf(event.stream_id),
      seq: event.stream_version,
      messageId: event.data.message_id,
      messageIndex: event.data.message_index,
      ...(changes as Changes),
      ...(attachments !== undefined && ({ attachments: attachments ?? [] } as Changes)),
      edit: event.data.edit,
      updatedAt: event.timestamp,
    };
    return [frame('message:updated', payload), frame('message:edited', payload)];
  },
};
