import type { Attachment, JsonObject } from '@threadlog/events';
import { shownText, type PresenterView } from '@threadlog/read-models';
import { frame, placeOf, type Payload } from '../frames';
import type { Presenter } from './define';
import { readField } from './openField';

type Event = Parameters<Presenter<'CHAT_MESSAGE_UPDATED'>['frames']>[0];

/** Only what changed is there. Sent under both names that clients know it by. */
export const messageUpdated: Presenter<'CHAT_MESSAGE_UPDATED'> = {
  frames(event, view) {
    const payload = {
      ...placeOf(event.stream_id),
      seq: event.stream_version,
      messageId: event.data.message_id,
      messageIndex: event.data.message_index,
      ...changesIn(event, view),
      ...(event.data.mentions !== undefined && { mentions: event.data.mentions }),
      edit: event.data.edit,
      updatedAt: event.timestamp,
    };
    return [frame('message:updated', payload), frame('message:edited', payload)];
  },
};

type Changes = Pick<Payload<'message:updated'>, 'content' | 'contentState' | 'metadata' | 'attachments'>;

function changesIn(event: Event, view: PresenterView): Changes {
  const content = readField<string>(event, 'content', view);
  const metadata = readField<JsonObject>(event, 'metadata', view);
  const attachments = readField<Attachment[]>(event, 'attachments', view);
  return {
    ...(content && { content: shownText(content), ...(content.state !== null && { contentState: content.state }) }),
    ...(metadata && { metadata: metadata.value }),
    ...(attachments && { attachments: attachments.value ?? [] }),
  };
}
